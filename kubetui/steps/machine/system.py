"""The operating system made ready: names, swap, kernel."""

from __future__ import annotations

from typing import Final

from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.plan import Machine, Plan
from kubetui.remote.command import Command
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.footprint import HOSTS_MARKS
from kubetui.steps.machine.start import FACTS

HOSTS: Final = (
    HOSTS_MARKS
    + r"""
# what /etc/hosts is about to be: a power cut may leave that itself empty, and with it who else is in it is lost
copy=/var/lib/kubetui/hosts
if [[ -e $copy ]]; then from=$copy; else from=/etc/hosts; fi
wanted() { printf '%s\n%s\n%s\n' "$begin" "$NODES" "$end"; }
# a box often says 127.0.1.1 for the host name; the node would then take that for its own address
others() { sed -e "/^$begin\$/,/^$end\$/d" -e "/^127\.0\.1\.1[[:space:]]/d" "$from"; }
text=$(others; wanted)
"""
)
HOSTS_PROBE: Final = (
    HOSTS
    + r"""
[[ -z $NAME || $(hostname) == "$NAME" ]] || absent "the host name is $(hostname)"
[[ ! -e $copy ]] || partial "/etc/hosts was not written to its end"
same /etc/hosts "$text" || absent "/etc/hosts lacks the nodes"
"""
)
HOSTS_APPLY: Final = (
    HOSTS
    + r"""
[[ -z $NAME || $(hostname) == "$NAME" ]] || hostnamectl set-hostname "$NAME"
# written in place: a bind-mounted /etc/hosts cannot be replaced
put "$copy" "$text"
sync "$copy"
same /etc/hosts "$text" || { printf '%s\n' "$text" >/etc/hosts; say "wrote /etc/hosts"; }
sync /etc/hosts
rm "$copy"
"""
)


def _hosts(plan: Plan, machine: Machine) -> Recipe:
    nodes = "\n".join(f"{each.address} {each.name}" for each in plan.machines)
    # a machine that existed keeps its name
    values = {"NAME": "" if machine.host else machine.name, "NODES": nodes}
    return Recipe(Command(HOSTS_APPLY, values), Command(HOSTS_PROBE, values))


HOST_NAMES = Step(
    name="hosts",
    title="Name the nodes",
    why="Every node must find every other by name, and its own name must not point to 127.0.1.1.",
    source="the tutorial; kubernetes.io, Installing kubeadm: Before you begin",
    where=Where.EVERY,
    needs=(FACTS, CLAIM),
    recipe=_hosts,
    run=follow_recipe,
)

SWAP_PROBE: Final = r"""
[[ -z $(swapon --show --noheadings) ]] || absent "swap is on"
! grep -qE '^[^#]+[[:space:]]swap[[:space:]]' /etc/fstab || absent "/etc/fstab turns swap on at the next boot"
units=$(systemctl list-units --type=swap --state=active --plain --no-legend | awk '{print $1}')
[[ -z $units ]] || absent "swap units are active: $units"
"""
SWAP_APPLY: Final = r"""
swapoff -a
sed -i -E '/^[^#]+[[:space:]]swap[[:space:]]/s/^/# kubetui: /' /etc/fstab
systemctl daemon-reload
for unit in $(systemctl list-unit-files --type=swap --plain --no-legend | awk '{print $1}'); do
  systemctl mask --now "$unit"
done
"""


def _swap(plan: Plan, machine: Machine) -> Recipe:
    del plan, machine
    return Recipe(Command(SWAP_APPLY), Command(SWAP_PROBE))


SWAP = Step(
    name="swap",
    title="Turn swap off",
    why="The kubelet refuses to start with swap on unless told otherwise: limits on memory would mean little.",
    source="kubernetes.io, Installing kubeadm: Swap configuration",
    where=Where.EVERY,
    needs=(FACTS, CLAIM),
    recipe=_swap,
    run=follow_recipe,
)

KERNEL: Final = r"""
modules=$'overlay\nbr_netfilter'
settings=$'net.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\nnet.ipv4.ip_forward = 1'
"""
KERNEL_PROBE: Final = (
    KERNEL
    + r"""
same /etc/modules-load.d/kubetui.conf "$modules" || absent "modules are not loaded at boot"
same /etc/sysctl.d/90-kubetui.conf "$settings" || absent "settings are not made at boot"
for setting in net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward; do
  [[ $(sysctl -n "$setting" 2>/dev/null) == 1 ]] || absent "$setting is not 1"
done
"""
)
KERNEL_APPLY: Final = (
    KERNEL
    + r"""
put /etc/modules-load.d/kubetui.conf "$modules"
put /etc/sysctl.d/90-kubetui.conf "$settings"
for module in $modules; do modprobe "$module"; done
sysctl --load=/etc/sysctl.d/90-kubetui.conf
"""
)


def _kernel(plan: Plan, machine: Machine) -> Recipe:
    del plan, machine
    return Recipe(Command(KERNEL_APPLY), Command(KERNEL_PROBE))


MODULES = Step(
    name="kernel",
    title="Prepare the kernel",
    why="Packets between pods cross a bridge; br_netfilter shows them to kube-proxy's rules, and the node must forward them.",
    source="kubernetes.io, Container Runtimes: Network configuration; flannel, Prerequisites",
    where=Where.EVERY,
    needs=(FACTS, CLAIM),
    recipe=_kernel,
    run=follow_recipe,
)
