"""The container runtime configured, and images pulled before anything waits for them."""

from __future__ import annotations

from typing import Final

from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.credentials import plain
from kubetui.profile.plan import Machine, Plan, Role
from kubetui.remote.command import Command
from kubetui.software.runtimes import containerd
from kubetui.steps import kubeadm
from kubetui.steps.node import proxy
from kubetui.steps.node.packages import KUBERNETES_PACKAGES, RUNTIME

IMAGES: Final = r"""
# the images that kubeadm of this version names, from the profile's repository
images() {
  local file list
  file=$(mktemp)
  printf '%s\n' "${CLUSTER//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$file"
  list=$(kubeadm config images list --config="$file" 2>/dev/null) || list=
  rm -f "$file"
  [[ -n $list ]] || fail "kubeadm does not list its images"
  printf '%s\n' "$list"
}
"""

CONTAINERD: Final = (
    IMAGES
    + r"""
major=$(containerd --version | grep -oE ' v?[0-9]+\.[0-9]+' | head -n 1 | tr -d ' v' | cut -d. -f1)
case $major in 1) text=$CONFIG_1 ;; 2) text=$CONFIG_2 ;; *) fail "containerd $(containerd --version) is not known" ;; esac
config() {
  local pause
  pause=$(images | grep -E '(^|/)pause:') || fail "kubeadm names no pause image"
  printf '%s' "${text//@SANDBOX_IMAGE@/$pause}"
}
hosts() { # URL [LOGIN]: containerd takes no user from the URL itself
  printf '[host."%s"]\n  capabilities = ["pull", "resolve"]' "$1"
  [[ -z ${2-} ]] || printf '\n  [host."%s".header]\n    Authorization = "Basic %s"' "$1" "$2"
}
SERVICE=containerd
"""
    + proxy.SHELL
)
CONTAINERD_PROBE: Final = (
    "command -v kubeadm >/dev/null && command -v containerd >/dev/null || absent 'packages are missing'\n"
    + CONTAINERD
    + r"""
wanted=$(config)
same /etc/containerd/config.toml "$wanted" || absent "config.toml is not kubetui's"
same /etc/crictl.yaml "$CRICTL" || absent "crictl does not know containerd"
proxied || absent "containerd does not know the proxy"
while read -r registry url login; do
  [[ -z $registry ]] || same "/etc/containerd/certs.d/$registry/hosts.toml" "$(hosts "$url" "$login")" || absent "$registry has no mirror"
done <<<"$REGISTRIES"
systemctl is-active --quiet containerd || partial "containerd does not run"
systemctl is-enabled --quiet containerd || partial "containerd is not started at boot"
started=$(date --date="$(systemctl show --property=ActiveEnterTimestamp --value containerd)" +%s)
(($(stat --format=%Y /etc/containerd/config.toml) <= started)) || partial "containerd has not read its configuration"
"""
)
CONTAINERD_APPLY: Final = (
    CONTAINERD
    + r"""
wanted=$(config)
put /etc/containerd/config.toml "$wanted"
put /etc/crictl.yaml "$CRICTL"
proxy
while read -r registry url login; do
  # with a password in it, it is root's alone
  [[ -z $registry ]] || put "/etc/containerd/certs.d/$registry/hosts.toml" "$(hosts "$url" "$login")" "$([[ -n $login ]] && echo 600 || echo 644)"
done <<<"$REGISTRIES"
systemctl enable containerd
systemctl restart containerd
"""
)


def _containerd(plan: Plan, _machine: Machine) -> Recipe:
    registries = plan.profile.mirrors.registries
    values = {
        "CLUSTER": kubeadm.render([kubeadm.cluster_configuration(plan)]),
        "CONFIG_1": containerd.configuration(1),
        "CONFIG_2": containerd.configuration(2),
        "CRICTL": containerd.crictl_configuration(),
        "PROXY": proxy.environment(plan),
        "REGISTRIES": plan.logins.registries(registries),
    }
    return Recipe(Command(CONTAINERD_APPLY, values), Command(CONTAINERD_PROBE, values))


CONTAINERD_CONFIG = Step(
    name="containerd",
    title="Configure containerd",
    why="containerd and the kubelet must use the same cgroup driver, systemd's, and agree on the pause image.",
    source="kubernetes.io, Container Runtimes: Configuring the systemd cgroup driver",
    where=Where.EVERY,
    needs=(RUNTIME, KUBERNETES_PACKAGES),
    recipe=_containerd,
    run=follow_recipe,
)

PULL: Final = (
    IMAGES
    + r"""
wanted() {
  local list
  list=$(images) || return
  if [[ $ROLE == worker ]]; then list=$(grep -E '/(kube-proxy|pause|coredns(/coredns)?):' <<<"$list" || true); fi
  printf '%s\n' ${list:+"$list"} ${EXTRA:+"$EXTRA"}
}
there() { crictl inspecti -q "$1" >/dev/null 2>&1; }
# containerd knows an image before its files are on the disk: after a power cut they may be empty
pulling=/var/lib/kubetui/images.begun
"""
)
PULL_PROBE: Final = (
    "command -v kubeadm >/dev/null && command -v crictl >/dev/null || absent 'packages are missing'\n"
    + PULL
    + r"""
list=$(wanted)
[[ ! -e $pulling ]] || partial "the images were not pulled to their end"
for image in $list; do there "$image" || absent "$image is not there"; done
"""
)
PULL_APPLY: Final = (
    PULL
    + r"""
source_of() { # IMAGE: the mirror that is asked for it, or its own registry
  local url
  url=$(awk -v registry="${1%%/*}" '$1 == registry {print $2}' <<<"$MIRRORS")
  say "${url:-${1%%/*}}"
}
room /var/lib/containerd "$ROOM"
text=$(wanted)
mapfile -t list <<<"$text"
if [[ -e $pulling ]]; then
  say "an earlier pull was cut short: what came of it may be hollow, and is pulled anew"
  for image in "${list[@]}"; do if there "$image"; then crictl rmi "$image"; fi; done
fi
mkdir -p "${pulling%/*}"
: >"$pulling"
sync "$pulling"
# three at a time: while one is unpacked, the next ones come
lane() { # NUMBER: every third image, beginning with that one
  local index image
  for ((index = $1; index < ${#list[@]}; index += 3)); do
    image=${list[index]}
    say "image $((index + 1)) of ${#list[@]}: $image"
    there "$image" || retry 5 crictl pull "$image" || fail "image $image cannot be pulled from $(source_of "$image")"
  done
}
lanes=()
for number in 0 1 2; do
  lane "$number" &
  lanes+=("$!")
done
failed=0
for lane in "${lanes[@]}"; do wait "$lane" || failed=1; done
# what came stays, also when something did not
sync
rm "$pulling"
exit "$failed"
"""
)


def _pull(plan: Plan, machine: Machine) -> Recipe:
    worker = machine.role is Role.WORKER
    values = {
        "CLUSTER": kubeadm.render([kubeadm.cluster_configuration(plan)]),
        "EXTRA": "\n".join(plan.pod_network.images(plan.cluster_network)),
        "ROLE": "worker" if worker else "control-plane",
    }
    # the images compressed and unpacked, in MiB
    room = "350" if worker else "900"
    mirrors = "\n".join(f"{registry} {plain(url)}" for registry, url in plan.profile.mirrors.registries.items())
    apply = Command(PULL_APPLY, {**values, "ROOM": room, "MIRRORS": mirrors}, timeout=3600)
    return Recipe(apply, Command(PULL_PROBE, values))


PULL_IMAGES = Step(
    name="images",
    title="Pull images",
    why="With the images there, kubeadm's own time limits measure the cluster and not the network.",
    source="kubernetes.io, Creating a cluster with kubeadm: Preparing the required container images",
    where=Where.EVERY,
    needs=(CONTAINERD_CONFIG,),
    recipe=_pull,
    run=follow_recipe,
)
