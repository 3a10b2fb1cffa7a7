"""containerd's configuration, in both of its formats."""

import tomllib
from typing import Any

import pytest
import yaml

from kubetui.software.runtimes.containerd import CONTAINERD
from kubetui.software.runtimes.runtime import SANDBOX_MARK
from tests.plans import assert_golden


@pytest.mark.parametrize("major", [1, 2])
def test_the_configuration_matches_its_golden_file(major: int) -> None:
    assert_golden(f"containerd-{major}.toml", CONTAINERD.configuration[f"CONFIG_{major}"] + "\n")


def plugins(major: int) -> dict[str, Any]:
    document = tomllib.loads(CONTAINERD.configuration[f"CONFIG_{major}"])
    assert document["version"] == major + 1
    assert "disabled_plugins" not in document
    found: dict[str, Any] = document["plugins"]
    return found


RUNC = {"runtime_type": "io.containerd.runc.v2", "options": {"SystemdCgroup": True}}


def test_the_settings_for_containerd_1() -> None:
    assert plugins(1) == {
        "io.containerd.grpc.v1.cri": {
            "sandbox_image": SANDBOX_MARK,
            "cni": {"bin_dir": "/opt/cni/bin"},
            "containerd": {"runtimes": {"runc": RUNC}},
            "registry": {"config_path": "/etc/containerd/certs.d"},
        }
    }


def test_the_settings_for_containerd_2() -> None:
    assert plugins(2) == {
        "io.containerd.cri.v1.images": {
            "pinned_images": {"sandbox": SANDBOX_MARK},
            "registry": {"config_path": "/etc/containerd/certs.d"},
        },
        "io.containerd.cri.v1.runtime": {
            "cni": {"bin_dir": "/opt/cni/bin"},
            "containerd": {"runtimes": {"runc": RUNC}},
        },
    }


def test_crictl_is_configured_with_containerds_socket() -> None:
    socket = "unix:///run/containerd/containerd.sock"
    assert yaml.safe_load(CONTAINERD.crictl) == {
        "runtime-endpoint": socket,
        "image-endpoint": socket,
        "timeout": 30,
    }
