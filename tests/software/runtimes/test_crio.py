"""CRI-O's packages: each minor version of Kubernetes has its own."""

import tomllib

import pytest

from kubetui.software.packages.apt import APT
from kubetui.software.runtimes.crio import CRIO
from kubetui.steps.node.repositories import runtime_repository
from tests.plans import plan


@pytest.mark.parametrize("minor", [(1, 31), (1, 37)])
def test_it_has_to_be_of_the_same_minor_version(minor: tuple[int, int]) -> None:
    version = "{}.{}".format(*minor)
    assert CRIO.oldest_for(minor) == version
    found = runtime_repository(plan(version, kubernetes={"runtime": "cri-o"}), APT)
    assert found.url == f"https://download.opensuse.org/repositories/isv:/cri-o:/stable:/v{version}/deb/"
    assert found.key == f"{found.url}Release.key"


def test_a_mirror_stands_in_for_its_repository() -> None:
    mirror = {"url": "http://mirror/deb/", "key": "http://mirror/key", "fingerprint": "A" * 40}
    found = runtime_repository(plan(kubernetes={"runtime": "cri-o"}, mirrors={"crio": mirror}), APT)
    assert found == ("cri-o", "http://mirror/deb/", "http://mirror/key", "A" * 40, "")


def test_a_mirrors_file_is_toml_and_plain_http_is_said() -> None:
    assert CRIO.mirror
    path, text = CRIO.mirror("10.0.3.1:5000", "http://10.0.3.1:5000/")
    assert path == "/etc/containers/registries.conf.d/50-kubetui-10.0.3.1:5000.conf"
    (registry,) = tomllib.loads(text)["registry"]
    assert registry["mirror"] == [{"location": "10.0.3.1:5000", "insecure": True}]
    _, secure = CRIO.mirror("docker.io", "https://mirror.example.org")
    assert "insecure" not in secure
