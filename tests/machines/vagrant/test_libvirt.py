"""Whether KVM can be used, and what the doctor says of it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from kubetui.machines.vagrant import libvirt


@pytest.mark.parametrize("denied", [True, False])
async def test_libvirt_itself_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, denied: bool) -> None:
    virsh = tmp_path / "virsh"
    virsh.write_text(f'#!/bin/sh\ncase "$*" in *"--virttype kvm") exit {int(denied)} ;; esac\n')
    virsh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(libvirt, "kernel_has_kvm", lambda: True)
    assert await libvirt.has_kvm() is not denied
    monkeypatch.setattr(libvirt, "kernel_has_kvm", lambda: False)
    assert not await libvirt.has_kvm()


@pytest.mark.parametrize("usable", [True, False])
async def test_the_kernel_is_asked_where_libvirt_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, usable: bool
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(libvirt, "kernel_has_kvm", lambda: usable)
    assert await libvirt.has_kvm() is usable


@pytest.mark.parametrize(
    ("flags", "usable"),
    [
        ("flags\t: fpu vmx sse", True),
        ("flags\t: fpu svm", True),
        ("flags\t: fpu hypervisor", False),
        ("Features: fp", True),
    ],
)
def test_the_processor_needs_virtualization(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, *, usable: bool
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\n{flags}\n")
    (tmp_path / "kvm").touch()
    monkeypatch.setattr(fcntl, "ioctl", lambda *_words: os.open(os.devnull, os.O_RDONLY))
    assert libvirt.kernel_has_kvm(tmp_path / "kvm", tmp_path / "cpuinfo") is usable


def test_a_device_that_is_missing_or_no_kvm_is_not_usable(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("flags\t: vmx\n")
    assert not libvirt.kernel_has_kvm(tmp_path / "kvm", tmp_path / "cpuinfo")
    (tmp_path / "kvm").touch()
    assert not libvirt.kernel_has_kvm(tmp_path / "kvm", tmp_path / "cpuinfo")


def test_the_doctor_says_how_slow_it_is_without() -> None:
    assert libvirt.kvm_check(usable=True).status == "ok"
    slow = libvirt.kvm_check(usable=False)
    assert slow.status == "warning"
    assert "ten times slower" in slow.message
    assert "boxes build" in slow.fix
