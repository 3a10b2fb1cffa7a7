"""A home with one cluster, lab, which is a rehearsal."""

from __future__ import annotations

from pathlib import Path

import pytest

LAB = "schema: 1\nname: lab\nprovider: rehearsal\n"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cluster's profile, in an empty home that is the working folder, too."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "VAGRANT_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    profile = tmp_path / "home" / "kubetui" / "clusters" / "lab" / "profile.yaml"
    profile.parent.mkdir(parents=True)
    profile.write_text(LAB)
    return profile
