"""containerd's configuration, in both of its formats."""

import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubetui.software.runtimes.containerd import CONTAINERD
from kubetui.software.runtimes.runtime import SANDBOX_MARK
from tests.plans import assert_golden

NAMES = {"1.7": "CONFIG_1", "2.0": "CONFIG_2_0", "2.1": "CONFIG_2"}
"""The configuration for each version of containerd from which on it is another one."""


@pytest.mark.parametrize("version", NAMES)
def test_the_configuration_matches_its_golden_file(version: str) -> None:
    assert_golden(f"containerd-{version}.toml", CONTAINERD.configuration[NAMES[version]] + "\n")


def plugins(version: str) -> dict[str, Any]:
    document = tomllib.loads(CONTAINERD.configuration[NAMES[version]])
    assert document["version"] == int(version[0]) + 1
    assert document["imports"] == ["/etc/containerd/conf.d/*.toml"]
    assert "disabled_plugins" not in document
    found: dict[str, Any] = document["plugins"]
    return found


RUNC = {"runtime_type": "io.containerd.runc.v2", "options": {"SystemdCgroup": True}}


def test_the_settings_for_containerd_1() -> None:
    assert plugins("1.7") == {
        "io.containerd.grpc.v1.cri": {
            "sandbox_image": SANDBOX_MARK,
            "cni": {"bin_dir": "/opt/cni/bin"},
            "containerd": {"runtimes": {"runc": RUNC}},
            "registry": {"config_path": "/etc/containerd/certs.d"},
        }
    }


@pytest.mark.parametrize(
    ("version", "cni"), [("2.0", {"bin_dir": "/opt/cni/bin"}), ("2.1", {"bin_dirs": ["/opt/cni/bin"]})]
)
def test_the_settings_for_containerd_2(version: str, cni: dict[str, Any]) -> None:
    assert plugins(version) == {
        "io.containerd.cri.v1.images": {
            "pinned_images": {"sandbox": SANDBOX_MARK},
            "registry": {"config_path": "/etc/containerd/certs.d"},
        },
        "io.containerd.cri.v1.runtime": {
            "cni": cni,
            "containerd": {"runtimes": {"runc": RUNC}},
        },
    }


@given(st.integers(31, 99))
def test_containerd_1_is_too_old_from_kubernetes_1_38_on(minor: int) -> None:
    assert CONTAINERD.oldest_for((1, minor)) == ("2.0" if minor >= 38 else "")


def test_crictl_is_configured_with_containerds_socket() -> None:
    socket = "unix:///run/containerd/containerd.sock"
    assert yaml.safe_load(CONTAINERD.crictl) == {
        "runtime-endpoint": socket,
        "image-endpoint": socket,
        "timeout": 30,
    }
