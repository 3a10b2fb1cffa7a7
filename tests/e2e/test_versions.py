"""Other versions than the profile's: an earlier Kubernetes, and the system's own containerd, which is an old one."""

from __future__ import annotations

import pytest

from kubetui.steps.cluster.warnings import EXPLAINED
from tests.e2e.conftest import Lab, Maker
from tests.e2e.smoke import pods_reach_each_other
from tests.e2e.test_up import assert_drop_in_survives, assert_nothing_left, nodes, planned, state_of

pytestmark = pytest.mark.e2e


def versions(lab: Lab, what: str) -> set[str]:
    return {node["status"]["nodeInfo"][what] for node in lab.objects("nodes")}


@pytest.mark.slow
def test_the_systems_containerd_1_works_and_its_age_is_explained_once(make: Maker) -> None:
    lab = make("aged", machines={"workers": 0}, kubernetes={"runtime_packages": "distribution"})
    said = lab.up()
    (explained,) = EXPLAINED.values()
    assert said.count(explained) == 1
    assert (lab.folder / "logs" / "kubmaster.log").read_text().count("[WARNING ContainerRuntimeVersion]") == 1
    assert nodes(lab) == planned(lab)
    (runtime,) = versions(lab, "containerRuntimeVersion")
    assert runtime.startswith("containerd://1.7.")
    pods_reach_each_other(lab, ["kubmaster"])
    assert explained not in lab.up()
    assert "unknown key" not in lab.on("kubmaster", "journalctl --unit=containerd --output=cat").lower()
    # the only control plane: its API server may restart with the runtime
    assert_drop_in_survives(lab, "kubmaster", 2, "io.containerd.gc.v1.scheduler", "startup_delay", '"123ms"')
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


@pytest.mark.slow
def test_kubernetes_1_36_becomes_ready_and_a_second_up_changes_nothing(make: Maker) -> None:
    """Its repository stands beside that of 1.37."""
    lab = make("former")
    urls = {key: url.replace("v1.37", "v1.36") for key, url in lab.document["mirrors"]["packages"].items()}
    lab = make("former", kubernetes={"version": "1.36"}, mirrors={"packages": urls})
    lab.up()
    assert nodes(lab) == planned(lab)
    assert versions(lab, "kubeletVersion") == {"v1.36.3"}
    pods_reach_each_other(lab, [name for name in planned(lab) if name != "kubmaster"])
    before = state_of(lab)
    assert "nothing changed" in lab.up()
    assert state_of(lab) == before
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)
