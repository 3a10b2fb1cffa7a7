"""MetalLB's manifest and the addresses that it gives away."""

from dataclasses import replace

import pytest
import yaml

from kubetui.base.errors import ProfileError
from kubetui.software.addons import CATALOGUE, Brief
from tests.software.addons.upstream import METALLB
from tests.software.networks.upstream import Web, sha256

METAL = CATALOGUE["loadbalancer"]
POOL = "192.168.56.240-192.168.56.250"


@pytest.fixture
def brief(upstream: Web) -> Brief:
    upstream.files["/metallb.yaml"] = METALLB
    return Brief("v0.16.1", f"{upstream.url}/metallb.yaml", sha256(METALLB), addresses=POOL)


def test_images_are_of_the_release_and_where_the_machines_find_them(brief: Brief) -> None:
    moved = replace(brief, placed=lambda image: image.replace("quay.io", "10.0.3.1:5000"))
    made = METAL.manifest(moved)
    assert METAL.images(moved) == ("10.0.3.1:5000/metallb/controller:v0.16.1", "10.0.3.1:5000/metallb/speaker:v0.16.1")
    assert all(f"image: {image}\n" in made for image in METAL.images(moved))
    assert "quay.io" not in made
    # kinds that are no workloads stay as they are, byte by byte
    assert METALLB.partition("---")[0] in made


@pytest.mark.parametrize("alone", [True, False])
def test_control_planes_without_workers_answer_for_addresses(brief: Brief, *, alone: bool) -> None:
    made = METAL.manifest(replace(brief, alone=alone))
    assert ("--ignore-exclude-lb" in made) is alone
    assert any("--ignore-exclude-lb" in line for line in METAL.changes(replace(brief, alone=alone))) is alone


def test_the_pool_is_told_to_the_nodes_network(brief: Brief) -> None:
    assert METAL.settings is not None
    pool, told = yaml.safe_load_all(METAL.settings(brief))
    assert (pool["kind"], pool["spec"]) == ("IPAddressPool", {"addresses": [POOL]})
    assert (told["kind"], told["spec"]) == ("L2Advertisement", {"ipAddressPools": [pool["metadata"]["name"]]})
    assert {each["metadata"]["namespace"] for each in (pool, told)} == {"metallb-system"}


def test_another_text_is_refused(brief: Brief, upstream: Web) -> None:
    upstream.files["/other.yaml"] = METALLB.replace("name: speaker", "name: teller")
    other = replace(brief, url=f"{upstream.url}/other.yaml", sha256=sha256(upstream.files["/other.yaml"]))
    with pytest.raises(ProfileError, match="has no controller and speaker of MetalLB's"):
        METAL.manifest(other)
