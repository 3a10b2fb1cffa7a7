"""Building a box with stand-ins for VBoxManage, qemu-img and Vagrant; tests/e2e has the real ones."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import BusyError, HostError, RunError, UsageError
from kubetui.base.files import locks
from kubetui.operations.boxes.cloud import build as builder
from kubetui.operations.boxes.cloud import libvirt, virtualbox
from kubetui.software.images import CATALOGUE, OFFICIAL
from tests.operations.boxes.cloud.conftest import IMAGE, Signer, programs, system, tree
from tests.serving import QUICK, Site

VBOXMANAGE = """
echo "VBoxManage $*" >>"$CALLS"
[[ -z $FAILS || " $* " != *" $FAILS "* ]] || { echo 'VBoxManage: error: no' >&2; exit 1; }
case $1 in
  clonemedium) cp "$3" "$4" ;;
  convertfromraw) cp "$2" "$3" ;;
  createvm) touch "$CALLS.machine" ;;
  showvminfo) [[ -e $CALLS.machine ]] ;;
  unregistervm) rm "$CALLS.machine" ;;
  list) cat "$CALLS.media" 2>/dev/null || true ;;
  export)
    for number in 1 2; do echo "<File ovf:id=\\"file$number\\" ovf:href=\\"$2-disk00$number.vmdk\\"/>"; done >"$4"
    cp "${4%/*}/disk.vdi" "${4%/*}/$2-disk001.vmdk"
    cp "${4%/*}/seed.vdi" "${4%/*}/$2-disk002.vmdk" ;;
esac
"""
QEMU_IMG = """
echo "qemu-img $*" >>"$CALLS"
[[ -z $FAILS || $1 != "$FAILS" ]] || { echo 'qemu-img: no' >&2; exit 1; }
[[ $1 != convert ]] || cp "${@: -2:1}" "${@: -1}"
"""
VAGRANT = """
echo "vagrant $*" >>"$CALLS"
if [[ "$1 $2" == 'box list' ]]; then
  mkdir -p "$VAGRANT_HOME"
  cp "$LEAVES_KEY" "$VAGRANT_HOME/insecure_private_key"
fi
[[ -z $FAILS || " $* " != *" $FAILS "* ]] || { echo 'the box is broken' >&2; exit 1; }
if [[ "$1 $2" == 'box add' ]]; then
  folder="$VAGRANT_HOME/boxes/${5/\\//-VAGRANTSLASH-}/0/$7"
  rm -rf "$folder"; mkdir -p "$folder"; tar -xf "$3" -C "$folder"
fi
"""
VIRSH = "[[ $* != *domcapabilities* ]]"


async def kvm() -> bool:
    return True


@dataclass
class Bench:
    """A host with stand-ins, and a distribution's server."""

    site: Site
    fingerprint: str
    cache: Path
    vagrant: Path
    log: Path

    async def build(self, provider: str = "virtualbox", **more: Any) -> tuple[str, list[str]]:
        said: list[str] = []
        made = system(self.site, self.fingerprint)
        name = await builder.build(made, provider, said.append, lambda _have, _total: None, patience=QUICK, **more)
        return name, said

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def box(self, provider: str) -> Path:
        return self.vagrant / "boxes" / "kubetui-VAGRANTSLASH-debian-13" / "0" / provider


@pytest.fixture
def bench(site: Site, signer: Signer, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    import asyncssh  # noqa: PLC0415 - slow to import

    bench = Bench(site, signer.fingerprint, cache, tmp_path / "vagrant", tmp_path / "calls")
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "key")
    programs(tmp_path / "bin", monkeypatch, VBoxManage=VBOXMANAGE, qemu_img=QEMU_IMG, vagrant=VAGRANT, virsh=VIRSH)
    for name, value in (
        ("CALLS", bench.log),
        ("FAILS", ""),
        ("LEAVES_KEY", tmp_path / "key"),
        ("VAGRANT_HOME", bench.vagrant),
    ):
        monkeypatch.setenv(name, str(value))
    return bench


async def test_a_virtualbox_box_has_both_disks_and_its_machine_is_gone(bench: Bench) -> None:
    name, said = await bench.build()
    assert name == "kubetui/debian-13"
    box = bench.box("virtualbox")
    assert tree(box) == [
        *("Vagrantfile", "box.ovf", "info.json"),
        *("kubetui-build-debian-13-disk001.vmdk", "kubetui-build-debian-13-disk002.vmdk", "metadata.json"),
    ]
    first, second = sorted(box.glob("*.vmdk"))
    assert first.read_bytes() == IMAGE
    assert b"vagrant insecure public key" in second.read_bytes()
    assert json.loads((box / "metadata.json").read_text())["provider"] == "virtualbox"
    assert not bench.log.with_name("calls.machine").exists()
    assert tree(bench.cache / "builds") == []
    assert any("fetching" in line for line in said)


async def test_a_libvirt_box_keeps_the_image_as_it_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.build("libvirt")
    box = bench.box("libvirt")
    assert (box / "box.img").read_bytes() == IMAGE
    about = json.loads((box / "metadata.json").read_text())
    assert about["disks"] == [{"path": "box.img"}, {"path": "seed.img"}]
    assert about["virtual_size"] == builder.GIB
    assert 'libvirt.driver = "qemu"' in (box / "Vagrantfile").read_text()
    monkeypatch.setattr(builder, "has_kvm", kvm)
    await bench.build("libvirt", again=True)
    assert "driver" not in (box / "Vagrantfile").read_text()


async def test_a_second_build_says_that_the_box_exists(bench: Bench) -> None:
    await bench.build()
    asked = len(bench.site.asked)
    name, said = await bench.build()
    assert name == "kubetui/debian-13"
    assert said == ["kubetui/debian-13 already exists for virtualbox. To build it anew: --again"]
    assert len(bench.site.asked) == asked
    await bench.build("libvirt")
    assert [box.provider for box in builder.listing()] == ["virtualbox", "libvirt"]


async def test_an_image_is_downloaded_once_for_all_providers(bench: Bench) -> None:
    made = system(bench.site, bench.fingerprint)
    assert await builder.download_size(made) == len(IMAGE)
    await bench.build()
    await bench.build("libvirt")
    assert bench.site.fetched.count("image.qcow2") == 1
    assert await builder.download_size(made) == 0


@pytest.mark.parametrize(
    ("provider", "command"),
    [
        *(("virtualbox", word) for word in ("clonemedium", "modifymedium", "convertfromraw", "createvm", "modifyvm")),
        *(("virtualbox", word) for word in ("storagectl", "storageattach", "export", "box add")),
        *(("libvirt", word) for word in ("resize", "convert", "box add")),
    ],
)
async def test_whatever_fails_nothing_half_made_stays(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, provider: str, command: str
) -> None:
    monkeypatch.setenv("FAILS", command)
    with pytest.raises(RunError) as caught:
        await bench.build(provider)
    assert caught.value.id == "PACKAGE"
    assert tree(bench.cache / "builds") == []
    assert builder.listing() == ()
    assert not bench.log.with_name("calls.machine").exists()
    monkeypatch.setenv("FAILS", "")
    await bench.build(provider)
    assert bench.site.fetched.count("image.qcow2") == 1


async def test_a_cancelled_build_removes_its_machine(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    started = bench.log.with_name("started")
    slow = VBOXMANAGE.replace("export)", f"export) touch {started}; sleep 60;")
    programs(bench.log.parent / "bin", monkeypatch, VBoxManage=slow)
    building = asyncio.create_task(bench.build())
    while not started.exists():  # noqa: ASYNC110 - a program touches it
        await asyncio.sleep(0.01)
    building.cancel()
    with pytest.raises(asyncio.CancelledError):
        await building
    assert tree(bench.cache / "builds") == []
    assert not bench.log.with_name("calls.machine").exists()


async def test_what_a_killed_build_left_goes_first(bench: Bench) -> None:
    bench.log.with_name("calls.machine").touch()
    left = bench.cache / "builds" / "debian-13-killed"
    left.mkdir(parents=True)
    (left / "disk.vdi").touch()
    bench.log.with_name("calls.media").write_text(
        f"UUID:           1-a\nParent UUID:    base\nState:          created\nLocation:       {left}/disk.vdi\n"
        "Storage format: VDI\n\nUUID:           2-b\nParent UUID:    base\nLocation:       /home/me/mine.vdi\n"
    )
    await bench.build()
    assert "VBoxManage closemedium disk 1-a" in bench.calls
    assert not any("2-b" in call for call in bench.calls)
    assert bench.calls.index("VBoxManage unregistervm kubetui-build-debian-13 --delete") < min(
        number for number, call in enumerate(bench.calls) if "clonemedium" in call
    )
    assert tree(bench.cache / "builds") == []


async def test_one_box_is_built_at_a_time(bench: Bench) -> None:
    bench.cache.mkdir(parents=True)
    descriptor = os.open(bench.cache / "builds.lock", os.O_CREAT | os.O_RDWR)
    assert locks(descriptor, fcntl.LOCK_EX)
    with pytest.raises(BusyError):
        await bench.build()
    os.close(descriptor)
    await bench.build()


@pytest.mark.parametrize("provider", ["vmware_desktop", "parallels", "lxc", "hosts", "nonsense"])
async def test_other_providers_are_refused_with_the_reason(bench: Bench, provider: str) -> None:
    with pytest.raises(UsageError, match=f"No box can be built for {provider}: ") as caught:
        await bench.build(provider)
    assert caught.value.fix == "Boxes are built for virtualbox and libvirt."
    assert bench.calls == []


async def test_room_for_the_conversion_is_looked_for_first(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await bench.build()
    before = tree(bench.cache)
    usage = shutil.disk_usage(bench.cache)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=3 * len(IMAGE)))
    with pytest.raises(HostError, match="no room") as caught:
        await bench.build(again=True)
    assert caught.value.id == "HOST-DISK"
    assert tree(bench.cache) == before
    assert len(builder.listing()) == 1


async def test_no_room_for_a_download_is_known_before_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=3 * len(IMAGE)))
    with pytest.raises(HostError, match="no room"):
        await bench.build()
    assert tree(bench.cache) == ["builds", "builds.lock", "images"]


async def test_a_missing_program_is_named_with_its_command(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, **more: None if name == "qemu-img" else real(name, **more))
    with pytest.raises(HostError, match="qemu-img is not on this host") as caught:
        await bench.build("libvirt")
    assert caught.value.fix.startswith("Install it")
    assert bench.site.asked == []


async def test_boxes_are_listed_and_removed(bench: Bench) -> None:
    await bench.build()
    (box,) = builder.listing()
    assert (box.name, box.system, box.provider) == ("kubetui/debian-13", "debian-13", "virtualbox")
    await builder.remove(CATALOGUE["debian-13"], lambda _line: None)
    assert bench.calls[-1] == "vagrant box remove kubetui/debian-13 --provider virtualbox --all --force --no-tty"
    with pytest.raises(UsageError, match="No box of almalinux-9"):
        await builder.remove(CATALOGUE["almalinux-9"], lambda _line: None)


async def test_a_foreign_box_of_that_name_is_not_listed(bench: Bench) -> None:
    await bench.build()
    (bench.box("virtualbox") / "info.json").write_text('{"author": "someone"}')
    assert builder.listing() == ()


def test_every_system_has_images_for_this_processor() -> None:
    for made in CATALOGUE.values():
        files = builder.files_of(made, OFFICIAL)
        assert files.url.startswith("https://")
        assert files.signature is None or files.signature.key.startswith("https://")


def test_an_emulated_processor_suits_the_system() -> None:
    text = libvirt.vagrantfile(CATALOGUE["almalinux-10"], "amd64", kvm=False)
    assert 'cpu_model = "Haswell-noTSX"' in text
    assert "cpu_model" not in libvirt.vagrantfile(CATALOGUE["almalinux-10"], "amd64", kvm=True)


def test_an_arm_machine_is_asked_for_on_arm() -> None:
    made = CATALOGUE["ubuntu-24.04"]
    create, modify, *_ = virtualbox.machine(made, "arm64", Path("/w"), (Path("/w/disk.vdi"),))
    assert create[3:7] == ["--platform-architecture", "arm", "--ostype", "Ubuntu_arm64"]
    assert "--ioapic" not in modify
    text = libvirt.vagrantfile(made, "arm64", kvm=True)
    assert 'machine_type = "virt"' in text
    assert 'cpu_mode = "host-passthrough"' in text


def test_a_packed_box_holds_nothing_but_its_files(bench: Bench, tmp_path: Path) -> None:
    keep = tmp_path / "kept.box"
    script = (
        (tmp_path / "bin" / "vagrant")
        .read_text()
        .replace("if [[", f'[[ "$1 $2" != "box add" ]] || cp "$3" {keep}\nif [[')
    )
    (tmp_path / "bin" / "vagrant").write_text(script)
    asyncio.run(bench.build("libvirt"))
    with tarfile.open(keep) as box:
        assert sorted(box.getnames()) == ["Vagrantfile", "box.img", "info.json", "metadata.json", "seed.img"]
