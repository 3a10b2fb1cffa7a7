"""The main path on real machines: from nothing to Ready nodes, a second `up` without changes, and destroy."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tomllib
from copy import deepcopy
from ipaddress import IPv4Address
from typing import Any

import pytest

from kubetui.explain.concepts import At
from tests.e2e.concepts import failures
from tests.e2e.conftest import Lab, Maker
from tests.e2e.smoke import pods_reach_each_other

pytestmark = pytest.mark.e2e

FINGERPRINT = """
folders="/etc /opt/cni /usr/local/bin /usr/bin /lib/systemd /var/lib/kubelet/config.yaml /var/lib/kubetui /home/*/.kube"
find $folders -xdev -type f ! -name resolv.conf -exec sha256sum {} + 2>/dev/null | sort
dpkg-query --show --showformat='${Package} ${Version} ${Status}\n' 2>/dev/null || rpm --query --all | sort
systemctl show --property=ActiveEnterTimestamp containerd kubelet
"""


PODS = "50"
ARGUMENTS = {"nodeRegistration": {"kubeletExtraArgs": [{"name": "max-pods", "value": PODS}]}}
"""A kubelet argument beside kubetui's own node-ip."""
ROLE = "node-role.kubernetes.io/worker"
CONTROL_PLANE_TAINT = "node-role.kubernetes.io/control-plane:NoSchedule"
MARKED = {
    "worker": {"labels": {"disk": "ssd", ROLE: ""}},
    "control_plane": {"taints": ["busy:PreferNoSchedule"]},
    "by_name": {"kubnode2": {"labels": {"disk": "tape"}, "taints": ["dedicated=training:NoSchedule"]}},
}
"""Labels and taints of machines."""
CHANGED = {
    "worker": {"labels": {ROLE: ""}},
    "by_name": {"kubnode2": {"labels": {"disk": "dvd"}, "taints": ["dedicated=training:NoExecute"]}},
}


def patched(make: Maker, **machines: Any) -> Lab:
    """Return the lab of this file, whose kubelets have an argument of the profile's."""
    kinds = ("InitConfiguration", "JoinConfiguration")
    # copies, because YAML would write what is the same as an alias, which profiles refuse
    patches = [*make.patches, *({"kind": kind, **deepcopy(ARGUMENTS)} for kind in kinds)]
    return make("lab", machines=machines, kubernetes={"patches": patches})


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    lab = patched(make, **MARKED)
    lab.up()
    return lab


def planned(lab: Lab, workers: int | None = None) -> dict[str, str]:
    """Return each machine's name and planned address, counting up from the profile's first address."""
    machines = lab.document.get("machines", {})
    first = IPv4Address(lab.document["network"]["first_address"])
    master, node = machines.get("control_plane_name", "kubmaster"), machines.get("worker_name", "kubnode")
    count = machines.get("workers", 2) if workers is None else workers
    names = [master, *(f"{node}{number}" for number in range(1, count + 1))]
    return {name: str(first + index) for index, name in enumerate(names)}


def nodes(lab: Lab) -> dict[str, str]:
    """Return the INTERNAL-IP of each Ready node."""
    found = {}
    for node in lab.objects("nodes"):
        ready = [each["status"] for each in node["status"]["conditions"] if each["type"] == "Ready"]
        addresses = [each["address"] for each in node["status"]["addresses"] if each["type"] == "InternalIP"]
        if ready == ["True"]:
            (found[node["metadata"]["name"]],) = addresses
    return found


def stable(item: dict[str, Any]) -> str:
    """Render a Kubernetes object without the fields that change on their own."""
    kept = {key: value for key, value in item.items() if key != "status"}
    noise = ("resourceVersion", "managedFields", "annotations")
    kept["metadata"] = {key: value for key, value in item["metadata"].items() if key not in noise}
    return json.dumps(kept, sort_keys=True)


def state_of(lab: Lab) -> dict[str, str]:
    found = {name: lab.on(name, FINGERPRINT) for name in planned(lab)}
    kinds = ("nodes", "pods", "daemonsets", "deployments", "services", "configmaps", "serviceaccounts", "secrets")
    items = [
        item
        for item in lab.objects(*kinds)
        if item["metadata"]["name"] not in {"kube-controller-manager", "kube-scheduler"}
    ]
    found["objects"] = "\n".join(sorted(map(stable, items)))
    return found


def test_every_node_is_ready_at_its_planned_address(lab: Lab) -> None:
    assert nodes(lab) == planned(lab)


def test_up_prints_kubectls_own_table(lab: Lab) -> None:
    table = lab.up()
    header, *rows = [line for line in table.splitlines() if line.startswith(("NAME ", *planned(lab)))]
    assert header.split()[:3] == ["NAME", "STATUS", "ROLES"]
    assert {row.split()[0]: row.split()[5] for row in rows} == planned(lab)


def test_pods_on_different_workers_reach_each_other_and_resolve_names(lab: Lab) -> None:
    pods_reach_each_other(lab, [name for name in planned(lab) if name != "kubmaster"])


def test_the_command_of_every_concept_works(lab: Lab) -> None:
    found = {
        "kubmaster": failures(lab, (At.CONTROL_PLANE, At.NODE), "kubmaster"),
        "kubnode1": failures(lab, (At.NODE,), "kubnode1"),
        "host": failures(lab, (At.HOST,)),
    }
    assert found == {"kubmaster": {}, "kubnode1": {}, "host": {}}


def test_a_second_up_changes_nothing(lab: Lab) -> None:
    before = state_of(lab)
    output = lab.up()
    assert "nothing changed" in output
    assert state_of(lab) == before


def assert_drop_in_survives(lab: Lab, machine: str, version: int, plugin: str, setting: str, value: str) -> None:
    """Check that containerd still reads a file of the machine's owner after `up` wrote its own configuration anew."""
    file = "/etc/containerd/conf.d/owner.toml"
    text = f'version = {version}\n[plugins."{plugin}"]\n  {setting} = {value}\n'
    lab.on(machine, f"mkdir -p {file.rpartition('/')[0]}\nprintf %s {shlex.quote(text)} >{file}")
    lab.on(machine, "rm /etc/containerd/config.toml")
    lab.up()
    merged = lab.on(machine, "containerd config dump")
    assert tomllib.loads(merged)["plugins"][plugin][setting] == tomllib.loads(f"x = {value}")["x"]
    assert "SystemdCgroup = true" in merged
    assert lab.on(machine, f"cat {file}") == text
    assert nodes(lab) == planned(lab)


def test_containerd_knows_every_key_and_reads_a_drop_in(lab: Lab) -> None:
    found = {node["status"]["nodeInfo"]["containerRuntimeVersion"] for node in lab.objects("nodes")}
    assert all(version.startswith("containerd://2.") for version in found)
    for name in planned(lab):
        assert "unknown key" not in lab.on(name, "journalctl --unit=containerd --output=cat").lower()
    assert_drop_in_survives(lab, "kubnode1", 3, "io.containerd.cri.v1.runtime", "max_container_log_line_size", "12345")


def marks(lab: Lab, *names: str) -> dict[str, tuple[dict[str, str], list[str]]]:
    """Return each node's labels of these names and its taints, as kubectl writes them."""
    found = {}
    for node in lab.objects("nodes"):
        labels = {key: value for key, value in node["metadata"]["labels"].items() if key in names}
        taints = node["spec"].get("taints", [])
        texts = sorted(
            each["key"] + (f"={each['value']}" if each.get("value") else "") + f":{each['effect']}" for each in taints
        )
        found[node["metadata"]["name"]] = (labels, texts)
    return found


def test_a_kubelet_argument_of_the_profile_keeps_the_planned_address(lab: Lab) -> None:
    assert {node["status"]["capacity"]["pods"] for node in lab.objects("nodes")} == {PODS}
    assert nodes(lab) == planned(lab)
    for name, address in planned(lab).items():
        flags = lab.on(name, "cat /var/lib/kubelet/kubeadm-flags.env")
        assert f"--node-ip={address}" in flags
        assert f"--max-pods={PODS}" in flags


def test_labels_and_taints_are_on_the_nodes(lab: Lab) -> None:
    assert marks(lab, "disk", ROLE) == {
        "kubmaster": ({}, ["busy:PreferNoSchedule", CONTROL_PLANE_TAINT]),
        "kubnode1": ({"disk": "ssd", ROLE: ""}, []),
        "kubnode2": ({"disk": "tape", ROLE: ""}, ["dedicated=training:NoSchedule"]),
    }


def test_changed_labels_and_taints_are_applied_in_place(lab: Lab, make: Maker) -> None:
    lab.kubectl("label", "node", "kubnode1", "mine=1")
    lab.kubectl("taint", "node", "kubnode1", "mine:PreferNoSchedule")
    changed = patched(make, **CHANGED)
    assert "labels: done" in changed.up()
    assert marks(lab, "disk", "mine", ROLE) == {
        "kubmaster": ({}, [CONTROL_PLANE_TAINT]),
        "kubnode1": ({ROLE: "", "mine": "1"}, ["mine:PreferNoSchedule"]),
        "kubnode2": ({"disk": "dvd", ROLE: ""}, ["dedicated=training:NoExecute"]),
    }
    system = [pod for pod in lab.objects("pods") if pod["spec"].get("nodeName") == "kubnode2"]
    owners = {
        pod["metadata"]["ownerReferences"][0]["name"] for pod in system if "deletionTimestamp" not in pod["metadata"]
    }
    assert {"kube-flannel-ds", "kube-proxy"} <= owners
    before = marks(changed, "disk", "mine", ROLE)
    assert "nothing changed" in changed.up()
    assert marks(changed, "disk", "mine", ROLE) == before


def test_swap_is_off_permanently_and_the_kubeconfig_is_private(lab: Lab) -> None:
    for name in planned(lab):
        assert lab.on(name, "swapon --show --noheadings; grep -E '^[^#].*\\sswap\\s' /etc/fstab || true").strip() == ""
    assert (lab.folder / "kubeconfig").stat().st_mode & 0o777 == 0o600


def test_a_worker_is_added_in_place(lab: Lab, make: Maker) -> None:
    larger = patched(make, workers=3)
    larger.up()
    # the profile names no labels and taints any more; a person's stay
    assert marks(larger, "disk", "mine", ROLE) == {
        "kubmaster": ({}, [CONTROL_PLANE_TAINT]),
        "kubnode1": ({"mine": "1"}, ["mine:PreferNoSchedule"]),
        "kubnode2": ({}, []),
        "kubnode3": ({}, []),
    }
    assert nodes(larger) == planned(larger)
    assert len(nodes(larger)) == 4


def test_a_worker_is_taken_out_of_the_cluster(lab: Lab) -> None:
    before = nodes(lab)
    lab.kubectl("run", "lonely", "--image=10.0.3.1:5000/pause:3.10.2", '--overrides={"spec": {"nodeName": "kubnode2"}}')
    told = lab.refused(*lab.command("node", "remove", lab.name, "kubnode2"))
    assert "the pod default/lonely has no controller" in told
    assert "is ready" in lab.kubetui("node", "remove", lab.name, "kubnode2", "--yes")
    assert nodes(lab) == {name: address for name, address in before.items() if name != "kubnode2"}
    assert set(lab.machines()) == set(nodes(lab))
    assert f"{lab.name}-kubnode2" not in lab.run("lxc-ls", check=False)


def test_destroy_leaves_nothing_behind(lab: Lab) -> None:
    before = lab.machines()
    assert set(before.values()) == {"running"}
    lab.kubetui("destroy", lab.name, "--yes")
    assert not lab.folder.exists()
    assert_nothing_left(lab)


def assert_nothing_left(lab: Lab) -> None:
    bridge = lab.document.get("network", {}).get("options", {}).get("lxc__bridge_name")
    if lab.document.get("provider") == "lxc":
        assert f"{lab.name}-" not in lab.run("lxc-ls", check=False)
        assert str(bridge) not in lab.run("ip", "-brief", "link").split()


@pytest.mark.slow
def test_four_machines_with_another_name_and_pod_cidr(make: Maker) -> None:
    lab = make("quad", machines={"workers": 3}, network={"first_address": "192.168.61.20", "pod_cidr": "10.10.0.0/16"})
    lab.up()
    assert nodes(lab) == planned(lab)
    assert {node["spec"]["podCIDR"].rsplit(".", 2)[0] for node in lab.objects("nodes")} == {"10.10"}
    pods_reach_each_other(lab, ["kubnode1", "kubnode2", "kubnode3"])
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_a_single_machine_runs_pods(make: Maker) -> None:
    lab = make("alone", machines={"workers": 0})
    lab.up()
    assert nodes(lab) == planned(lab)
    pods_reach_each_other(lab, ["kubmaster"])
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_destroy_after_a_half_finished_up(make: Maker) -> None:
    lab = make("half", machines={"workers": 1})
    words = lab.words(*lab.command("up", str(lab.profile), "--yes"))
    with subprocess.Popen(words, env=lab.environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "kubmaster" in line and "base: done" in line:
                break
        os.kill(lab.pid, signal.SIGKILL)
    lab.kubetui("destroy", lab.name, "--yes")
    assert not lab.folder.exists()
    assert_nothing_left(lab)
