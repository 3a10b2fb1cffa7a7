"""Boxes built from a cloud image by the real VBoxManage and Vagrant, and what happens when one cannot be.

That a box boots under VirtualBox is not shown here: where VirtualBox cannot load its driver, nothing boots.
tests/e2e/test_vm.py boots the one for libvirt.
"""

from __future__ import annotations

import io
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from pycdlib import PyCdlib

from tests.e2e import cloud
from tests.e2e.conftest import Lab, Maker

pytestmark = [pytest.mark.e2e]

VAGRANTFILE = """
Vagrant.configure("2") do |config|
  config.vm.box = "kubetui/debian-13"
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.vm.provider("virtualbox") { |virtualbox| virtualbox.check_guest_additions = false }
end
"""


@pytest.fixture
def lab(fresh: Maker) -> Iterator[Lab]:
    lab = fresh("cloudbox")
    if not lab.run("sh", "-c", "command -v VBoxManage || true").strip():
        pytest.skip("VBoxManage is not on this host")
    yield lab
    lab.kubetui("boxes", "remove", cloud.SYSTEM, check=False)


def known(lab: Lab) -> set[str]:
    """Return VirtualBox's machines of builds, and the disks in kubetui's cache that it remembers."""
    machines = lab.run("VBoxManage", "list", "vms").splitlines()
    disks = re.findall(r"^Location:\s+(.+)$", lab.run("VBoxManage", "list", "hdds"), re.MULTILINE)
    return {line for line in machines if "kubetui-build" in line} | {disk for disk in disks if str(lab.state) in disk}


def traces(lab: Lab) -> set[str]:
    """Return the files in kubetui's cache that are neither a verified image nor a lock, and what VirtualBox knows."""
    cache = lab.state / "cache" / "kubetui"
    files = {path.relative_to(cache).as_posix() for path in cache.rglob("*") if path.is_file()}
    return {name for name in files if not re.fullmatch(rf"builds\.lock|images/\w{{16}}-{cloud.IMAGE}", name)} | known(
        lab
    )


def same(image: Path, disk: str | Path) -> bool:
    """Return whether a disk holds what an image holds, and nothing behind it."""
    argv = ["qemu-img", "compare", "-f", "qcow2", "-F", "vmdk", str(image), str(disk)]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def user_data(folder: Path, disk: Path) -> str:
    """Return cloud-init's configuration on a seed disk."""
    raw = folder / "seed.raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", str(disk), str(raw)], check=True)
    seed, out = PyCdlib(), io.BytesIO()
    seed.open(str(raw))
    assert seed.pvd.volume_identifier.strip() == b"cidata"
    seed.get_file_from_iso_fp(out, rr_path="/user-data")
    seed.close()
    return out.getvalue().decode()


def test_a_virtualbox_box_is_imported_and_its_disk_is_the_image(lab: Lab, tmp_path: Path) -> None:
    cloud.build(lab, "virtualbox")
    assert traces(lab) == set()
    assert f"machines.box: kubetui/{cloud.SYSTEM}" in lab.kubetui("boxes")
    image = cloud.fetched(lab, cloud.IMAGE)
    first, second = sorted(cloud.box_folder(lab, "virtualbox").glob("*.vmdk"))
    assert same(image, first)
    assert not same(image, second)

    (user,) = yaml.safe_load(user_data(tmp_path, second))["users"]
    assert user["name"] == "vagrant"
    assert "NOPASSWD" in user["sudo"]
    assert all(line.endswith("vagrant insecure public key") for line in user["ssh_authorized_keys"])

    project = tmp_path / "project"
    project.mkdir()
    (project / "Vagrantfile").write_text(VAGRANTFILE)
    try:
        lab.run("vagrant", "up", "--provider", "virtualbox", "--no-tty", cwd=project)
        identity = next(project.glob(".vagrant/machines/default/virtualbox/id")).read_text()
        shown = lab.run("VBoxManage", "showvminfo", identity, "--machinereadable")
        disks = re.findall(r'^"Disks-\d-0"="(/.+)"$', shown, re.MULTILINE)
        assert len(disks) == 2
        assert same(image, disks[0])
        assert 'uart1="0x03f8,4"' in shown
    finally:
        lab.run("vagrant", "destroy", "--force", "--no-tty", cwd=project)


@contextmanager
def mirror(lab: Lab, folder: Path) -> Iterator[str]:
    """Serve a copy of the mirror where kubetui runs, for a test to spoil."""
    folder.mkdir()
    for name in (cloud.IMAGE, "SHA256SUMS", "SHA256SUMS.gpg", "signing-key.asc"):
        shutil.copy(cloud.fetched(lab, name), folder / name)
    argv = lab.words("python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(folder))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
        assert found
        try:
            yield found[0]
        finally:
            server.kill()


def refused(lab: Lab, words: list[str]) -> str:
    """Run a build that has to fail; return what it says, after checking that nothing half-made stays."""
    said = lab.refused(*words)
    assert traces(lab) == set()
    assert cloud.SYSTEM not in lab.kubetui("boxes")
    return said


def test_what_cannot_be_trusted_becomes_no_box(lab: Lab, tmp_path: Path) -> None:
    stranger = ["0" * 40 if word == cloud.fingerprint(lab) else word for word in cloud.words(lab, "virtualbox")]
    assert "IMAGE-KEY" in refused(lab, stranger)
    with mirror(lab, tmp_path / "mirror") as url:
        words = cloud.words(lab, "virtualbox", mirror=url)
        with (tmp_path / "mirror" / cloud.IMAGE).open("r+b") as image:
            image.seek(5000)
            image.write(b"changed")
        assert "IMAGE-CHECKSUM" in refused(lab, words)
        with (tmp_path / "mirror" / "SHA256SUMS").open("a") as sums:
            sums.write("# changed\n")
        assert "IMAGE-SIGNATURE" in refused(lab, words)


def test_a_full_disk_is_named(lab: Lab) -> None:
    cache = lab.state / "cache"
    cache.mkdir(parents=True)
    # the mount ends with the command, whose prefix gives it a mount namespace of its own
    script = 'mount -t tmpfs -o size=300M cache "$0" && "$@"; code=$?; umount "$0"; exit $code'
    said = lab.refused("unshare", "--mount", "sh", "-c", script, str(cache), *cloud.words(lab, "virtualbox"))
    assert "HOST-DISK" in said
    assert traces(lab) == set()


def test_a_killed_build_is_cleared_away_by_the_next(lab: Lab) -> None:
    with subprocess.Popen(
        lab.words(*cloud.words(lab, "virtualbox")), env=lab.environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        assert any("converting" in line for line in process.stderr)
        builds = lab.state / "cache" / "kubetui" / "builds"
        assert list(builds.iterdir())
        # the prefix may run kubetui as another process
        pids = lab.run("pgrep", "--full", "--", f"boxes build {cloud.SYSTEM} .*{re.escape(cloud.MIRROR)}").split()
        for pid in pids:
            lab.run("kill", f"-{signal.SIGKILL.value}", pid, check=False)
    assert cloud.SYSTEM not in lab.kubetui("boxes")
    cloud.build(lab, "virtualbox")
    assert traces(lab) == set()
