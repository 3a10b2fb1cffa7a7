"""What is installed: base packages, the container runtime, Kubernetes."""

from __future__ import annotations

from typing import Final

from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.plan import Machine, Plan
from kubetui.remote.command import Command
from kubetui.software.packages import apt
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.clock import CLOCK
from kubetui.steps.machine.system import HOST_NAMES, MODULES, SWAP
from kubetui.steps.node import proxy

INSTALL_SECONDS = 1800.0

BASE_NAMES = "apt-transport-https bash-completion ca-certificates conntrack curl ebtables ethtool gnupg iptables socat"
BASE: Final = apt.SHELL + 'conf=/etc/apt/apt.conf.d/95kubetui\nread -ra names <<<"$NAMES"\n'
BASE_PROBE: Final = (
    BASE
    + r"""
[[ -z $APT_CONF ]] || same "$conf" "$APT_CONF" || absent "apt does not know the proxy"
for name in "${names[@]}"; do installed "$name" || absent "$name is not installed"; done
"""
)
BASE_APPLY: Final = (
    BASE
    + r"""
# with a password in it, it is root's alone
if [[ $APT_CONF == *@* ]]; then mode=600; else mode=644; fi
if [[ -n $APT_CONF ]]; then put "$conf" "$APT_CONF" "$mode"; fi
room /usr 100
install "${names[@]}"
"""
)


def _base(plan: Plan, _machine: Machine) -> Recipe:
    values = {"NAMES": BASE_NAMES, "APT_CONF": proxy.apt_configuration(plan)}
    return Recipe(Command(BASE_APPLY, values, timeout=INSTALL_SECONDS), Command(BASE_PROBE, values))


BASE_PACKAGES = Step(
    name="base",
    title="Install base packages",
    why="curl and gnupg fetch and check the Kubernetes repository; conntrack, socat and others are what kubeadm looks for.",
    source="kubernetes.io, Installing kubeadm",
    where=Where.EVERY,
    needs=(CLOCK, CLAIM, HOST_NAMES),
    recipe=_base,
    run=follow_recipe,
)

RUNTIME_PROBE: Final = (
    apt.SHELL
    + r"""
installed containerd || installed containerd.io || absent "containerd is not installed"
"""
)
RUNTIME_APPLY: Final = apt.SHELL + "room /usr 200\ninstalled containerd.io || install containerd\n"


def _runtime(_plan: Plan, _machine: Machine) -> Recipe:
    return Recipe(Command(RUNTIME_APPLY, timeout=INSTALL_SECONDS), Command(RUNTIME_PROBE))


RUNTIME = Step(
    name="runtime",
    title="Install containerd",
    why="The kubelet asks a container runtime to run pods; Docker itself is not asked any more since Kubernetes 1.24.",
    source="kubernetes.io, Container Runtimes: containerd",
    where=Where.EVERY,
    needs=(BASE_PACKAGES,),
    recipe=_runtime,
    run=follow_recipe,
)

UPSTREAM: Final = "https://pkgs.k8s.io/core:/stable:/v{major}.{minor}/deb/"
REPOSITORY: Final = (
    apt.SHELL
    + r"""
key=/etc/apt/keyrings/kubernetes-apt-keyring.gpg list=/etc/apt/sources.list.d/kubernetes.list
line="deb [signed-by=$key] $URL /"
"""
)
REPOSITORY_PROBE: Final = (
    REPOSITORY
    + r"""
[[ -s $key ]] || absent "the key is not there"
same "$list" "$line" || absent "$list is not there"
"""
)
REPOSITORY_APPLY: Final = (
    REPOSITORY
    + r"""
fetched=$(mktemp)
trap 'rm -f "$fetched"' EXIT
# by standard input: a password would show in the list of processes
fetch() { curl --fail --silent --show-error --location --max-time 60 --output "$fetched" --config - <<<"url = \"$KEY_URL\""$'\n'"$PROXY"; }
retry 5 fetch
details=$(gpg --batch --show-keys --with-colons "$fetched") || fail "$KEY_URL is not an OpenPGP key"
found=$(awk -F: '$1 == "fpr" {print $10; exit}' <<<"$details")
say "key $found"
[[ -z $FINGERPRINT || $found == "$FINGERPRINT" ]] || fail "the key at $KEY_URL is $found, and the profile wants $FINGERPRINT"
[[ $(awk -F: '$1 == "pub" {print $2; exit}' <<<"$details") != e ]] || fail "the key at $KEY_URL has expired, so $URL cannot be checked"
mkdir -p /etc/apt/keyrings
gpg --batch --yes --dearmor --output "$key.kubetui" "$fetched"
chmod 644 "$key.kubetui"
mv "$key.kubetui" "$key"
put "$list" "$line" "$([[ $URL == *@* ]] && echo 600 || echo 644)"
# this list alone: the others were read a minute ago
retry 5 apt update -o Dir::Etc::sourcelist="$list" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
"""
)


def _repository(plan: Plan, _machine: Machine) -> Recipe:
    mirror = plan.profile.mirrors.packages
    major, minor = plan.minor
    url = mirror.url if mirror else UPSTREAM.format(major=major, minor=minor)
    values = {
        "URL": plan.logins.value(lambda whole: whole(url)),
        "KEY_URL": plan.logins.value(lambda whole: whole(mirror.key if mirror else f"{url}Release.key")),
        "PROXY": proxy.curl_configuration(plan),
        "FINGERPRINT": (mirror.fingerprint if mirror else None) or "",
    }
    return Recipe(Command(REPOSITORY_APPLY, values, timeout=600), Command(REPOSITORY_PROBE, values))


PACKAGE_REPOSITORY = Step(
    name="repository",
    title="Add the Kubernetes package repository",
    why="Each minor version of Kubernetes has a repository of its own; apt takes only what its key has signed.",
    source="kubernetes.io, Installing kubeadm: Debian-based distributions",
    where=Where.EVERY,
    needs=(BASE_PACKAGES, RUNTIME),
    recipe=_repository,
    run=follow_recipe,
)

KUBERNETES: Final = apt.SHELL + "names=(kubelet kubeadm kubectl) SERVICE=kubelet\n" + proxy.SHELL
KUBERNETES_PROBE: Final = (
    KUBERNETES
    + r"""
for name in "${names[@]}" kubernetes-cni; do
  read -r status version < <(dpkg-query --show --showformat='${db:Status-Abbrev} ${Version}\n' "$name" 2>/dev/null) ||
    absent "$name is not installed"
  [[ $status == ?i ]] || absent "$name is not installed"
  [[ $name == kubernetes-cni || $version == "$VERSION"[.-]* ]] || partial "$name is $version, and the profile wants $VERSION"
  [[ $status == h? ]] || partial "$name is not held"
done
proxied || partial "the kubelet does not know the proxy"
systemctl is-enabled --quiet kubelet || partial "kubelet is not enabled"
"""
)
KUBERNETES_APPLY: Final = (
    KUBERNETES
    + r"""
room /usr 300
changed=
proxied || { proxy; changed=yes; }
install --allow-change-held-packages "${names[@]/%/=$PATTERN}" kubernetes-cni
[[ -z $changed ]] || systemctl try-restart kubelet
apt-mark hold "${names[@]}" kubernetes-cni
systemctl enable kubelet
"""
)


def _kubernetes(plan: Plan, _machine: Machine) -> Recipe:
    version = plan.profile.kubernetes.version
    values = {
        "VERSION": version,
        "PATTERN": f"{version}-*" if plan.exact_version else f"{version}.*",
        "PROXY": proxy.environment(plan),
    }
    return Recipe(Command(KUBERNETES_APPLY, values, timeout=INSTALL_SECONDS), Command(KUBERNETES_PROBE, values))


KUBERNETES_PACKAGES = Step(
    name="kubernetes",
    title="Install kubelet, kubeadm and kubectl",
    why="The kubelet runs pods on a node, kubeadm makes the cluster, kubectl talks to it; held, so that no upgrade breaks them.",
    source="kubernetes.io, Installing kubeadm: Installing kubeadm, kubelet and kubectl",
    where=Where.EVERY,
    needs=(PACKAGE_REPOSITORY, SWAP, MODULES),
    recipe=_kubernetes,
    run=follow_recipe,
)
