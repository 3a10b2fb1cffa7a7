"""Host keys: the first one is pinned and any other is refused, on disk and in memory."""

import stat
from pathlib import Path

from kubetui.remote.host_keys import HostKeys


def test_the_first_key_is_pinned_and_another_key_refused(tmp_path: Path) -> None:
    path = tmp_path / "host-keys"
    keys = HostKeys(path)
    assert not path.exists()
    assert keys.accept("kubnode1", "ssh-ed25519 B")
    assert keys.accept("kubmaster", "ssh-ed25519 A")
    assert keys.accept("kubmaster", "ssh-ed25519 A")
    assert not keys.accept("kubmaster", "ssh-ed25519 B")
    assert path.read_text() == "kubmaster ssh-ed25519 A\nkubnode1 ssh-ed25519 B\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not HostKeys(path).accept("kubmaster", "ssh-ed25519 B")
    assert HostKeys(path).accept("kubmaster", "ssh-ed25519 A")


def test_a_forgotten_machine_may_show_a_new_key(tmp_path: Path) -> None:
    path = tmp_path / "host-keys"
    keys = HostKeys(path)
    keys.accept("kubmaster", "ssh-ed25519 A")
    keys.forget("kubmaster")
    keys.forget("kubmaster")
    assert path.read_text() == ""
    assert keys.accept("kubmaster", "ssh-ed25519 B")
    assert path.read_text() == "kubmaster ssh-ed25519 B\n"
