"""The container runtime configured, and images pulled before anything waits for them."""

from __future__ import annotations

from typing import Final

from kubetui import containerd, kubeadm, networks, proxy
from kubetui.command import Command
from kubetui.pipeline import Recipe, Step, Where
from kubetui.plan import Machine, Plan, Role
from kubetui.steps.packages import KUBERNETES_PACKAGES, RUNTIME
from kubetui.task import follow_recipe

IMAGES: Final = r"""
# the images that kubeadm of this version names, from the profile's repository
images() {
  local file
  file=$(mktemp)
  printf '%s\n' "${CLUSTER//@KUBERNETES_VERSION@/$(kubeadm version --output=short)}" >"$file"
  kubeadm config images list --config="$file" 2>/dev/null
  rm -f "$file"
}
"""

CONTAINERD: Final = (
    IMAGES
    + r"""
major=$(containerd --version | grep -oE ' v?[0-9]+\.[0-9]+' | head -n 1 | tr -d ' v' | cut -d. -f1)
case $major in 1) text=$CONFIG_1 ;; 2) text=$CONFIG_2 ;; *) fail "containerd $(containerd --version) is not known" ;; esac
config() {
  local pause
  pause=$(images | grep -F /pause:) || pause=$(images | grep -E '(^|/)pause:')
  printf '%s' "${text//@SANDBOX_IMAGE@/$pause}"
}
hosts() { printf '[host."%s"]\n  capabilities = ["pull", "resolve"]' "$1"; }
unit=/etc/systemd/system/containerd.service.d/20-kubetui-proxy.conf
"""
)
CONTAINERD_PROBE: Final = (
    "command -v kubeadm >/dev/null && command -v containerd >/dev/null || absent 'packages are missing'\n"
    + CONTAINERD
    + r"""
same /etc/containerd/config.toml "$(config)" || absent "config.toml is not kubetui's"
same /etc/crictl.yaml "$CRICTL" || absent "crictl does not know containerd"
if [[ -n $PROXY ]]; then same "$unit" "$PROXY" || absent "containerd does not know the proxy"; fi
while read -r registry url; do
  [[ -z $registry ]] || same "/etc/containerd/certs.d/$registry/hosts.toml" "$(hosts "$url")" || absent "$registry has no mirror"
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
put /etc/containerd/config.toml "$(config)"
put /etc/crictl.yaml "$CRICTL"
if [[ -n $PROXY ]]; then put "$unit" "$PROXY"; systemctl daemon-reload; fi
while read -r registry url; do
  [[ -z $registry ]] || put "/etc/containerd/certs.d/$registry/hosts.toml" "$(hosts "$url")"
done <<<"$REGISTRIES"
systemctl enable containerd
systemctl restart containerd
"""
)


def _containerd(plan: Plan, machine: Machine) -> Recipe:
    del machine
    registries = plan.profile.mirrors.registries
    values = {
        "CLUSTER": kubeadm.render([kubeadm.cluster_configuration(plan)]),
        "CONFIG_1": containerd.configuration(1),
        "CONFIG_2": containerd.configuration(2),
        "CRICTL": containerd.crictl_configuration(),
        "PROXY": proxy.systemd_drop_in(plan),
        "REGISTRIES": "\n".join(f"{registry} {url}" for registry, url in registries.items()),
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
  images | if [[ $ROLE == worker ]]; then grep -E '/(kube-proxy|pause|coredns(/coredns)?):' || true; else cat; fi
  if [[ -n $EXTRA ]]; then printf '%s\n' "$EXTRA"; fi
}
there() { crictl inspecti -q "$1" >/dev/null 2>&1; }
"""
)
PULL_PROBE: Final = (
    "command -v kubeadm >/dev/null && command -v crictl >/dev/null || absent 'packages are missing'\n"
    + PULL
    + r"""
for image in $(wanted); do there "$image" || absent "$image is not there"; done
"""
)
PULL_APPLY: Final = (
    PULL
    + r"""
mapfile -t list < <(wanted)
number=0
for image in "${list[@]}"; do
  number=$((number + 1))
  say "image $number of ${#list[@]}: $image"
  there "$image" || retry 5 crictl pull "$image" || fail "image $image cannot be pulled"
done
"""
)


def _pull(plan: Plan, machine: Machine) -> Recipe:
    values = {
        "CLUSTER": kubeadm.render([kubeadm.cluster_configuration(plan)]),
        "EXTRA": "\n".join(networks.chosen(plan).images(plan)),
        "ROLE": "worker" if machine.role is Role.WORKER else "control-plane",
    }
    return Recipe(Command(PULL_APPLY, values, timeout=3600), Command(PULL_PROBE, values))


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
