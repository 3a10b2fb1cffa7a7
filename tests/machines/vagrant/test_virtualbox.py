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


@pytest.mark.parametrize(
    ("modules", "release", "at_load", "status"),
    [
        ("", "6.18.0", None, None),
        ("kvm 1 0\nkvm_intel 1 0 - Live\n", "6.1.0-40-amd64", None, "ok"),
        ("kvm_intel 1 0 - Live\n", "6.12.3-generic", "Y\n", "warning"),
        ("kvm_amd 1 0 - Live\n", "7.0.1", None, "warning"),
        ("kvm_amd 1 0 - Live\n", "6.14.0", "N\n", "ok"),
    ],
)
def test_loaded_kvm_modules_warn_if_the_kernel_enables_virtualization_at_load(
    modules: str, release: str, at_load: str | None, status: str | None
) -> None:
    check = kvm_check(modules, release, at_load)
    assert (check and check.status) == status
    if status == "warning":
        assert check is not None
        assert "kvm.enable_virt_at_load=0" in check.fix


def test_old_virtualbox_is_refused_on_arm64() -> None:
    check = arm_check
    assert check("x86_64", "7.0.20r163906") is None
    assert check("arm64", None) is None
    old, new = check("arm64", "7.1.4r165100"), check("aarch64", "7.2.0r170228")
    assert (old and old.status, new and new.status) == ("failed", "ok")


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
