"""How a person makes the cluster by hand: goals, hints, and judges that take every right way.

kubeadm's options stand for its configuration (kubernetes.io, kubeadm init and kubeadm join).
"""

from __future__ import annotations

from typing import Final

import yaml

from kubetui.base.scripts import script, typed
from kubetui.cluster.tables import ADMIN
from kubetui.engine.recipe import lacking
from kubetui.engine.step import Task, Turn
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps import kubeadm
from kubetui.steps.cluster.libraries import CA, INIT, JOIN, KUBEADM, NETWORK
from kubetui.steps.cluster.taught import INIT_CONFIG, skips

GIVEN_MANIFEST: Final = "/run/kubetui-pod-network.yaml"
"""The pod network's manifest, for a person to apply."""
EXPECTED: Final = script(__package__, "turn.sh") + "expected\n"
GIVING: Final = script(__package__, "turn-config.sh")
REGISTERED: Final = script(__package__, "registered.sh")
INIT_JUDGE: Final = INIT + REGISTERED + script(__package__, "init-judge.sh")
JOIN_JUDGE: Final = JOIN + script(__package__, "join-judge.sh")
JOINED: Final = ADMIN + REGISTERED + "registered\n"
NETWORK_JUDGE: Final = ADMIN + script(__package__, "network-judge.sh")
_SECONDS: Final = 60.0
_KUBECTL: Final = "export KUBECONFIG=/etc/kubernetes/admin.conf"


def _node_ip(machine: Machine) -> str:
    return f"tee {machine.family.kubelet_arguments} <<<{typed(f'KUBELET_EXTRA_ARGS=--node-ip={machine.address}')}"


def _named(machine: Machine) -> dict[str, str]:
    return {
        "NAME": machine.name,
        "ADDRESS": str(machine.address),
        "KUBELET_ARGUMENTS": machine.family.kubelet_arguments,
    }


def _adopted(library: str, plan: Plan) -> Command:
    return Command(library + KUBEADM + "vouch\n", {"CLUSTER_ID": plan.identity, "CGROUP_V1_SKIPS": ""})


def _init_prepared(plan: Plan, _machine: Machine) -> Command:
    config = kubeadm.render(kubeadm.init_documents(plan))
    values = {"CLUSTER_ID": plan.identity, "CONFIG": config, "GIVEN": INIT_CONFIG}
    return Command(INIT + EXPECTED + GIVING, values)


def _init_commands(plan: Plan, machine: Machine) -> tuple[str, ...]:
    if plan.profile.kubernetes.patches:
        # what a patch says has no options
        return (f"kubeadm init --config={INIT_CONFIG}{skips(plan)}",)
    network = plan.profile.network
    options = [
        f"--apiserver-advertise-address={machine.address}",
        f"--pod-network-cidr={network.pod_cidr}",
        f"--service-cidr={network.service_cidr}",
        f"--node-name={machine.name}",
        f"--cri-socket={plan.runtime.socket}",
    ]
    if plan.common_endpoint:
        options.append(f"--control-plane-endpoint={plan.api_endpoint}")
    if plan.profile.mirrors.image_repository:
        options.append(f"--image-repository={plan.profile.mirrors.image_repository}")
    taint = f"kubectl taint node {machine.name} node-role.kubernetes.io/control-plane-"
    init = typed("kubeadm", "init", *options) + skips(plan)
    return (_node_ip(machine), init, *(() if plan.workers else (_KUBECTL, taint)))


def _kubelet(plan: Plan) -> str:
    """Return the lines that the profile's patches give the kubelet's configuration; a nested value is not judged."""
    patches = (each for each in plan.profile.kubernetes.patches if each.get("kind") == "KubeletConfiguration")
    fields = {name: value for each in patches for name, value in each.items() if name not in {"kind", "apiVersion"}}
    flat = {name: value for name, value in fields.items() if isinstance(value, bool | int | str)}
    return yaml.safe_dump(flat, sort_keys=False).strip() if flat else ""


async def _init_lacks(task: Task) -> str:
    plan, network = task.plan, task.plan.profile.network
    values = {
        "CLUSTER_ID": plan.identity,
        "CLUSTER_NAME": plan.profile.name,
        "ENDPOINT": plan.api_endpoint if plan.common_endpoint else "",
        "IMAGE_REPOSITORY": plan.profile.mirrors.image_repository or "",
        "POD_CIDR": str(network.pod_cidr),
        "SERVICE_CIDR": str(network.service_cidr),
        "WORKERS": "yes" if plan.workers else "",
        "KUBELET": _kubelet(plan),
        "GIVEN": INIT_CONFIG,
        **_named(task.machine),
    }
    return await lacking(task.node, Command(INIT_JUDGE, values, timeout=_SECONDS))


INIT_TURN: Final = Turn(
    goal=lambda plan, machine: (
        f"the API server answers at {machine.address}, this node is {machine.name} with the INTERNAL-IP "
        f"{machine.address}, and the pod CIDR is {plan.profile.network.pod_cidr}. {INIT_CONFIG} says all that."
    ),
    hint="kubeadm init",
    commands=_init_commands,
    prepare=_init_prepared,
    judge=_init_lacks,
    adopt=lambda plan, _machine: _adopted(INIT, plan),
)


def _manifest(plan: Plan) -> dict[str, str]:
    return {"MANIFEST": plan.pod_network.manifest(plan.cluster_network), "GIVEN": GIVEN_MANIFEST}


async def _network_lacks(task: Task) -> str:
    plan = task.plan
    values = {**_manifest(plan), **_named(task.machine), "POD_CIDR": str(plan.profile.network.pod_cidr)}
    command = Command(plan.pod_network.judge + NETWORK_JUDGE, values, timeout=_SECONDS)
    return await lacking(task.node, command)


NETWORK_TURN: Final = Turn(
    goal=lambda plan, machine: (
        f"{plan.pod_network.spelled} connects the pods of {plan.profile.network.pod_cidr}, and {machine.name} is Ready. "
        f"Its manifest lies in {GIVEN_MANIFEST}."
    ),
    hint="kubectl apply",
    commands=lambda _plan, _machine: (_KUBECTL, f"kubectl apply --filename={GIVEN_MANIFEST}"),
    prepare=lambda plan, _machine: Command('put "$GIVEN" "$MANIFEST" 600\n', _manifest(plan)),
    judge=_network_lacks,
    adopt=lambda plan, _machine: Command(
        NETWORK + 'put "$file" "$MANIFEST" 600\n: >"$file.loose"\nrm -f "$GIVEN"\n', _manifest(plan)
    ),
)


def _join_commands(plan: Plan, machine: Machine) -> tuple[str, ...]:
    join = ["kubeadm", "join", plan.api_endpoint, "--token=TOKEN", "--discovery-token-ca-cert-hash=HASH"]
    return (
        f"kubeadm token create --print-join-command # on {plan.control_plane.name}",
        _node_ip(machine),
        typed(*join, f"--node-name={machine.name}", f"--cri-socket={plan.runtime.socket}") + skips(plan),
    )


async def _join_lacks(task: Task) -> str:
    plan, machine = task.plan, task.machine
    authority = (await task.first_node.read(Command(ADMIN + CA + "ca\n"))).strip()
    values = {
        "CLUSTER_ID": plan.identity,
        "ADDRESS": str(machine.address),
        "AUTHORITY": authority,
        "ENDPOINT": plan.api_endpoint,
    }
    missing = await lacking(task.node, Command(JOIN_JUDGE, values, timeout=_SECONDS))
    return missing or await lacking(task.first_node, Command(JOINED, _named(machine), timeout=_SECONDS))


JOIN_TURN: Final = Turn(
    goal=lambda plan, machine: (
        f"{machine.name} is a node of the cluster, with the INTERNAL-IP {machine.address}. "
        f"The API server is at {plan.api_endpoint}."
    ),
    hint="kubeadm join, with a join token of the control plane",
    commands=_join_commands,
    prepare=lambda plan, _machine: Command(JOIN + EXPECTED, {"CLUSTER_ID": plan.identity}),
    judge=_join_lacks,
    adopt=lambda plan, _machine: _adopted(JOIN, plan),
)
