"""What every pod network has to give, what old names are told, and what the plan says of each."""

import subprocess

import pytest

from kubetui.base.errors import ProfileError
from kubetui.host.checks import memory_check, pod_network_checks
from kubetui.operations.plan import plan_text
from kubetui.profile.files.file import parse
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import played
from kubetui.software.networks import CATALOGUE, PodNetwork
from kubetui.steps.build import STEPS
from tests.plans import plan

NETWORKS = pytest.mark.parametrize("network", CATALOGUE.values(), ids=list(CATALOGUE))
LISTED = "for each in data links; do declare -n list=network_$each; printf '%s\\n' ${#list[@]}; done"


@NETWORKS
def test_every_network_says_what_it_leaves(network: PodNetwork) -> None:
    script = f"set -eu\n{network.leftovers}\n{LISTED}\nprintf '%s\\n' \"$network_rules\""
    said = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert all(int(each) > 0 for each in said[:2])


@NETWORKS
def test_what_a_network_fetches_is_said_in_full(network: PodNetwork) -> None:
    made = plan(network={"pod_network": network.name})
    if network.source(made.cluster_network) is not None:
        assert network.changes(made.cluster_network)
        assert network.needs.endswith(".")
        assert network.memory


@pytest.mark.parametrize(
    ("name", "said"), [("weave", "ended with Weaveworks in 2024"), ("contiv", "refused since 1.16")]
)
def test_networks_that_are_gone_are_refused_with_what_to_take(name: str, said: str) -> None:
    with pytest.raises(ProfileError, match=said) as error:
        parse(f"schema: 1\nnetwork: {{pod_network: {name}}}\n", "lab.yaml")
    assert "Write pod_network: kube-router" in str(error.value)


def test_the_plan_says_where_a_manifest_comes_from_and_what_is_changed() -> None:
    text = plan_text(plan(network={"pod_network": "kube-router"}))
    assert "kube-router comes from https://raw.githubusercontent.com/cloudnativelabs/kube-router/v2.10.0/" in text
    assert "its SHA-256 has to be 847b9b7a" in text
    assert "Changed in it: image docker.io/cloudnativelabs/kube-router:v2.10.0, imagePullPolicy IfNotPresent;" in text
    assert "Its pods take about 250 MiB on each node." in text
    assert "kubetui knows no checksum of it" in plan_text(plan(network={"pod_network": "calico"}))


def test_without_a_pod_network_none_is_installed() -> None:
    made = plan(network={"pod_network": "none"})
    assert "nodes stay NotReady until you install one" in plan_text(made)
    assert not any(step.name == "network" and step.runs_on(made.control_plane, made) for step in STEPS)


def test_the_doctor_says_what_a_large_network_leaves() -> None:
    assert pod_network_checks(plan()) == ()
    (fine,) = pod_network_checks(plan(network={"pod_network": "kube-router"}))
    assert (fine.status, "about 250 MiB on each node" in fine.message) == ("ok", True)
    (tight,) = pod_network_checks(plan(network={"pod_network": "cilium"}))
    assert (tight.status, tight.message.endswith("That leaves little on kubmaster.")) == ("warning", True)
    assert "machines.memory" in tight.fix
    (roomy,) = pod_network_checks(plan(machines={"memory": 4096}, network={"pod_network": "cilium"}))
    assert roomy.status == "ok"
    (absent,) = pod_network_checks(plan(network={"pod_network": "none"}))
    assert absent.status == "warning"


def test_a_rehearsal_plays_flannel_and_says_so() -> None:
    made = Plan(Profile.model_validate({"provider": "rehearsal", "network": {"pod_network": "calico"}}))
    assert made.pod_network is CATALOGUE["flannel"]
    assert "A rehearsal plays flannel; Calico is for real machines." in played(made)


def test_nodes_that_share_the_hosts_memory_need_more_of_it_with_a_large_network() -> None:
    def needed(name: str) -> str:
        document = {"provider": "lxc", "network": {"pod_network": name}}
        made = Plan(Profile.model_validate(document))
        return memory_check(made, made.machines, 8192, 8192).message

    assert "3072 are planned" in needed("flannel")
    assert "3822 are planned" in needed("kube-router")
