"""VirtualBox's requirements on this host: KVM, the processor, and an allowed address range."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.machines.vagrant.virtualbox import allowed_ranges, arm_check, kvm_check, range_problems
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.profiles import network, profile

WARNING = (
    "WARNING: The vboxdrv kernel module is not loaded. Either there is no module\n"
    "         available for the current kernel (9.12.0-amd64) or it failed to load.\n"
)
KVM = [
    # VirtualBox up to 7.2.8 wants the parameter off from Linux 6.12 on, and from 7.2.10 on it wants it on
    ("7.0.20r163906", "6.11.11", "Y", "ok"),
    ("7.0.20r163906", "6.12.0-generic", "Y", "warning"),
    ("7.0.20r163906", "6.12.0-generic", "N", "ok"),
    ("7.2.8r173730", "6.11.11", None, "ok"),
    ("7.2.8r173730", "6.12.0", None, "warning"),
    ("7.2.8r173730", "6.12.0", "Y", "warning"),
    ("7.2.8r173730", "7.1.0", "N", "ok"),
    ("7.2.9r173900", "6.12.0", "Y", "warning"),
    ("7.2.9r173900", "6.12.0", "N", "ok"),
    ("7.2.10r174163", "6.11.11", None, "ok"),
    ("7.2.10r174163", "6.12.0", None, "ok"),
    ("7.2.10r174163", "6.12.0", "Y", "ok"),
    ("7.2.10r174163", "6.12.0", "N", "failed"),
    ("7.2.22_Debian", "7.1.0", "N", "failed"),
    ("8.0.0", "7.1.0", "Y", "ok"),
    (f"{WARNING}7.2.8r173730\n", "6.12.0", "Y", "warning"),
    (f"{WARNING}7.2.10r174163\n", "6.12.0", "Y", "ok"),
    (WARNING, "6.12.0", "Y", "warning"),
    (None, "6.11.0", None, "ok"),
    (None, "6.12.0", "Y", "warning"),
    ("no version", "6.12.0", "N", "warning"),
]
FIX = {
    ("warning", "7"): "Boot with kvm.enable_virt_at_load=0",
    ("failed", "7"): "Remove kvm.enable_virt_at_load=0",
}


@pytest.mark.parametrize(("version", "release", "at_load", "status"), KVM)
def test_kvm_and_virtualbox_get_along_or_not_by_version_kernel_and_parameter(
    version: str | None, release: str, at_load: str | None, status: str
) -> None:
    check = kvm_check("kvm_amd", release, at_load and f"{at_load}\n", version)
    assert check is not None
    assert check.status == status
    if status != "ok":
        known = (version or "").removeprefix(WARNING)[:1]
        assert check.fix.startswith(
            FIX.get((status, known), "Up to VirtualBox 7.2.8 it has to be 0, from 7.2.10 on 1.")
        )
    assert kvm_check(None, release, at_load, version) is None


def test_old_virtualbox_is_refused_on_arm64() -> None:
    check = arm_check
    assert check("x86_64", "7.0.20r163906") is None
    assert check("arm64", None) is None
    versions = ("7.1.4r165100", "7.1.6r167084", "7.2.0r170228", f"{WARNING}7.1.4r165100", WARNING)
    found = [check("arm64", version) for version in versions]
    assert [each and each.status for each in found] == ["failed", "ok", "ok", "failed", "not checked"]


def test_by_default_virtualbox_allows_only_its_own_range() -> None:
    default = allowed_ranges(None)
    assert default == (IPv4Network("192.168.56.0/21"),)
    assert range_problems(Plan(Profile()), default) == ()
    assert range_problems(Plan(network(first_address="192.168.63.10")), default) == ()
    (problem,) = range_problems(Plan(network(first_address="192.168.64.10")), default)
    assert problem.path == ("network", "first_address")
    assert str(problem) == (
        "VirtualBox does not allow 192.168.64.12 on a host-only network: it allows 192.168.56.0/21. "
        "Add the line `* 192.168.64.0/24` to /etc/vbox/networks.conf, or start at 192.168.56.101."
    )
    assert range_problems(Plan(profile(provider="libvirt", network={"first_address": "10.9.8.7"})), default) == ()


def test_networks_conf_is_parsed_like_virtualbox_does() -> None:
    text = "# * 1.0.0.0/8\n* 10.0.0.0/8 192.168.0.0/16\n  * 2001::/64\n*172.16.0.0/12\n* nonsense\n10.1.0.0/16\n"
    assert allowed_ranges(text) == tuple(map(IPv4Network, ("10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")))
    assert allowed_ranges("# none\n") == ()
    (problem,) = range_problems(Plan(Profile()), ())
    assert "it allows no range at all" in problem.message
    assert problem.fix == "Add the line `* 192.168.56.0/24` to /etc/vbox/networks.conf."
    assert range_problems(Plan(Profile()), allowed_ranges("* 0.0.0.0/0 ::/0")) == ()


def test_an_allowed_range_must_include_the_hosts_address() -> None:
    (problem,) = range_problems(Plan(Profile()), allowed_ranges("* 192.168.56.96/27"))
    assert "192.168.56.1 on" in problem.message


@given(st.text(max_size=200))
def test_any_networks_conf_can_be_parsed(text: str) -> None:
    allowed_ranges(text)
