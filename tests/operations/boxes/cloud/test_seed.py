"""The seed disk: what cloud-init finds on it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import yaml
from pycdlib import PyCdlib

from kubetui.operations.boxes.cloud import seed

GOLDEN = Path(__file__).parents[3] / "golden" / "user-data.yaml"
KEYS = "ssh-rsa AAAAB3 vagrant insecure public key\nssh-ed25519 AAAAC3 vagrant insecure public key\n"


def test_the_user_is_vagrants_and_nobody_else_is_made() -> None:
    text = seed.user_data(KEYS)
    assert text == GOLDEN.read_text()
    (user,) = yaml.safe_load(text)["users"]
    # Vagrant finds its well-known keys by the whole line, and replaces them
    assert user["ssh_authorized_keys"] == KEYS.splitlines()


def test_the_settings_for_later_boots_are_yaml_themselves() -> None:
    (file,) = yaml.safe_load(seed.user_data(KEYS))["write_files"]
    assert yaml.safe_load(file["content"])["network"] == {"config": "disabled"}


def test_cloud_init_finds_its_files_on_the_disk(tmp_path: Path) -> None:
    seed.write(tmp_path / "seed.iso", "debian-13-0123", KEYS)
    assert (tmp_path / "seed.iso").stat().st_size % 2**20 == 0
    disk = PyCdlib()
    disk.open(str(tmp_path / "seed.iso"))
    assert disk.pvd.volume_identifier.strip() == b"cidata"
    for path in ("rr_path", "joliet_path"):
        read = {}
        for name in ("user-data", "meta-data"):
            out = io.BytesIO()
            disk.get_file_from_iso_fp(out, **{path: f"/{name}"})
            read[name] = out.getvalue().decode()
        assert read["user-data"] == seed.user_data(KEYS)
        assert json.loads(read["meta-data"]) == {"instance-id": "debian-13-0123"}
    disk.close()
