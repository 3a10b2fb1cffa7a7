"""The control plane: `kubeadm init`, its kubeconfig, and the pod network."""

from __future__ import annotations

from typing import Final

from kubetui.base.files import write_private
from kubetui.base.redaction import remember_key
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Task, Where
from kubetui.profile.plan import Machine, Plan
from kubetui.remote.command import Command
from kubetui.software import networks
from kubetui.software.runtimes.containerd import SOCKET
from kubetui.steps import kubeadm
from kubetui.steps.node.containers import PULL_IMAGES

ADMIN: Final = "export KUBECONFIG=/etc/kubernetes/admin.conf\n"
ADMIN_CONF: Final = "cat /etc/kubernetes/admin.conf\n"

KUBEADM: Final = r"""
# what an earlier init or join left; etcd's data, too, where a power cut emptied the manifest that names them
reset() {
  kubeadm reset --force --cri-socket="$CRI_SOCKET"
  rm -rf /var/lib/etcd/member
}
# a power cut must not leave the mark without what it vouches for
vouch() { sync && : >"$mark.done"; }
skipped=()
[[ -z $CGROUP_V1_SKIPS || $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skipped=("--ignore-preflight-errors=$CGROUP_V1_SKIPS")
"""
"""What init and join share. Reads CRI_SOCKET, CGROUP_V1_SKIPS, and the path of the marks from `mark`."""

INIT: Final = (
    ADMIN
    + r"""
mark=/var/lib/kubetui/init
claimed() { [[ ! -s $mark.begun || $(<"$mark.begun") == "$CLUSTER_ID" ]]; }
healthy() { [[ $(kubectl get --raw=/readyz --request-timeout=5s 2>/dev/null) == ok ]]; }
stored() { kubectl -n kube-system get configmap kubeadm-config --request-timeout=10s -o 'jsonpath={.data.ClusterConfiguration}' 2>/dev/null; }
ours() { grep -qxF "clusterName: $CLUSTER_NAME" <<<"$1" && grep -qF "podSubnet: $POD_CIDR" <<<"$1"; }
"""
)
INIT_PROBE: Final = (
    INIT
    + r"""
[[ -e /etc/kubernetes/admin.conf || -e $mark.begun ]] || absent "there is no control plane yet"
[[ -e $mark.begun ]] || foreign "there is a control plane that kubetui did not make"
claimed || foreign "there is the control plane of another cluster that kubetui made"
[[ -e $mark.done ]] || partial "kubeadm init did not come to its end"
healthy || partial "the API server does not answer"
text=$(stored) || partial "the API server does not answer"
ours "$text" || foreign "the control plane was made for another cluster or pod CIDR"
"""
)
INIT_APPLY: Final = (
    INIT
    + KUBEADM
    + r"""
wait_healthy() {
  local end=$((SECONDS + $1))
  until healthy; do ((SECONDS < end)) || return 1; sleep 1; done
}
if [[ -e $mark.done ]]; then
  say "the control plane is there; waiting for its API server"
  systemctl start kubelet
  wait_healthy 240 || fail "the API server does not answer: $(journalctl --unit=kubelet --lines=5 --output=cat)"
  exit 0
fi
if [[ -e $mark.begun ]]; then
  say "an earlier kubeadm init was cut short, and no node can have joined: resetting it"
  reset
elif [[ -n $(ls -A /var/lib/etcd 2>/dev/null) ]]; then
  fail "/var/lib/etcd holds data of another cluster, and kubetui deletes none: move it away"
fi
room /var/lib/etcd 200
mkdir -p /var/lib/kubetui
printf %s "$CLUSTER_ID" >"$mark.begun"
config=/run/kubetui-init.yaml
trap 'rm -f "$config"' EXIT
(umask 077 && printf '%s\n' "${CONFIG//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$config")
if ! kubeadm init --config="$config" "${skipped[@]}" --skip-token-print; then
  say "the kubelet's last lines:"
  journalctl --unit=kubelet --lines=10 --output=cat
  exit 1
fi
vouch
"""
)


def _init(plan: Plan, machine: Machine) -> Recipe:
    del machine
    documents = kubeadm.init_documents(plan)
    values = {
        "CLUSTER_ID": plan.identity,
        "CLUSTER_NAME": plan.profile.name,
        "POD_CIDR": str(plan.profile.network.pod_cidr),
        "CRI_SOCKET": SOCKET,
        "CGROUP_V1_SKIPS": kubeadm.skipped_on_cgroup_v1(plan, documents[0]),
        "CONFIG": kubeadm.render(documents),
    }
    return Recipe(Command(INIT_APPLY, values, timeout=1500), Command(INIT_PROBE, values))


INIT_STEP = Step(
    name="init",
    title="kubeadm init",
    why="kubeadm makes the certificates, starts etcd and the API server, and prepares the ticket that workers join with.",
    source="kubernetes.io, Creating a cluster with kubeadm",
    where=Where.FIRST,
    needs=(PULL_IMAGES,),
    recipe=_init,
    run=follow_recipe,
)

KUBECONFIG: Final = 'home=$(getent passwd "${USER_NAME:-root}" | cut -d: -f6)\n'
KUBECONFIG_PROBE: Final = (
    KUBECONFIG
    + r"""
[[ -n $USER_NAME ]] || exit 0
[[ -n $home && -e /etc/kubernetes/admin.conf ]] || absent "there is no kubeconfig yet"
cmp --silent /etc/kubernetes/admin.conf "$home/.kube/config" || absent "$USER_NAME has no kubeconfig"
"""
)
KUBECONFIG_APPLY: Final = (
    KUBECONFIG
    + r"""
# on somebody's own machine nobody's home is touched
[[ -n $USER_NAME ]] || exit 0
[[ -n $home ]] || fail "there is no user $USER_NAME"
install -d -m 700 -o "$USER_NAME" -g "$(id -g "$USER_NAME")" "$home/.kube"
install -m 600 -o "$USER_NAME" -g "$(id -g "$USER_NAME")" /etc/kubernetes/admin.conf "$home/.kube/config"
say "$home/.kube/config"
"""
)


def _kubeconfig(plan: Plan, machine: Machine) -> Recipe:
    del machine
    values = {"USER_NAME": plan.user}
    return Recipe(Command(KUBECONFIG_APPLY, values), Command(KUBECONFIG_PROBE, values))


async def _fetch(task: Task) -> Outcome:
    outcome = await follow_recipe(task)
    text = await task.node.read(Command(ADMIN_CONF, quiet=True))
    remember_key(text)
    path = task.run.cluster.kubeconfig
    if not path.exists() or path.read_text() != text:
        write_private(path, text)
        task.log(f"fetched to {path}")
        outcome = Outcome.DONE
    return outcome


KUBECONFIG_STEP = Step(
    name="kubeconfig",
    title="Hand out the kubeconfig",
    why="kubectl needs the API server's address and a certificate: for the user in the machine, and for you on this host.",
    source="kubernetes.io, Creating a cluster with kubeadm: More information",
    where=Where.FIRST,
    needs=(INIT_STEP,),
    recipe=_kubeconfig,
    run=_fetch,
)

NETWORK: Final = ADMIN + "file=/etc/kubernetes/kubetui/pod-network.yaml\n"
NETWORK_PROBE: Final = (
    NETWORK
    + r"""
same "$file" "$MANIFEST" || absent "the pod network's manifest is not applied"
kubectl get --filename="$file" --output=name --request-timeout=10s >/dev/null 2>&1 || partial "the pod network lacks an object"
"""
)
NETWORK_APPLY: Final = (
    NETWORK
    + r"""
put "$file.new" "$MANIFEST" 600
retry 5 kubectl apply --filename="$file.new"
# the probe goes by it: what was not applied is not written down
mv "$file.new" "$file"
"""
)


def _network(plan: Plan, machine: Machine) -> Recipe:
    del machine
    values = {"MANIFEST": networks.chosen(plan).manifest(plan)}
    return Recipe(Command(NETWORK_APPLY, values), Command(NETWORK_PROBE, values))


POD_NETWORK = Step(
    name="network",
    title="Install the pod network",
    why="Kubernetes itself connects no pods; until a pod network does, every node stays NotReady.",
    source="kubernetes.io, Creating a cluster with kubeadm: Installing a Pod network add-on; flannel, README",
    where=Where.FIRST,
    needs=(INIT_STEP,),
    recipe=_network,
    run=follow_recipe,
)
