"""Failures that a rehearsal can simulate, with the output of kubeadm, apt, crictl and kubetui's own scripts.

Each happens once per cluster: the next `kubetui up` resumes and succeeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.base.errors import UsageError
from kubetui.machines.rehearsal.recording.recording import Answer
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.guest import BROKE, CALLS


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure: the step that it hits, on the first control plane or on the last worker.

    The machine prints the recorded output up to the line that starts with `keeps`, then `says`. `leaves` is what a
    probe finds afterwards, `command` the command that fails. A fault that `drops` only breaks the connection.
    """

    name: str
    step: str
    first: bool = False
    seconds: float = 5.0
    keeps: str = ""
    says: tuple[str, ...] = ()
    leaves: str = ""
    command: str = ""
    drops: bool = False

    def strikes(self, plan: Plan, machine: Machine, step: str) -> bool:
        """Return whether the fault hits this task."""
        return step == self.step and machine == (plan.machines[0] if self.first else plan.machines[-1])

    def answer(self, recorded: Answer) -> Answer:
        """Return what the machine prints instead of the recorded output."""
        lines = _until(recorded.lines, self.keeps) if self.keeps else []
        began = lines[-1][0] if lines else 0.0
        pace = self.seconds / max(len(self.says), 1)
        said = [(began + pace * number, text) for number, text in enumerate(self.says, 1)]
        broke = [(began + self.seconds, f"{BROKE}{self.command}")] if self.command else []
        return Answer(1, began + self.seconds, (*lines, *said, *broke))


def _until(lines: Iterable[tuple[float, str]], last: str) -> list[tuple[float, str]]:
    kept = []
    for at, text in lines:
        kept.append((at, text))
        if text.startswith(last):
            break
    return kept


_INSTALL: Final = (
    "apt-get install --yes --no-install-recommends --allow-change-held-packages "
    "'kubelet=«pattern»' 'kubeadm=«pattern»' 'kubectl=«pattern»' kubernetes-cni"
)
_LOCK: Final = "Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)"
_IMAGE: Final = "«images»/kube-proxy:v«version»"
_PULL: Final = (
    f'failed to pull and unpack image "{_IMAGE}": failed to resolve reference "{_IMAGE}": failed to do request: '
    'Head "https://«images»/v2/kube-proxy/manifests/v«version»": dial tcp: i/o timeout'
)


def _tries(error: Sequence[str], times: int, command: str) -> list[str]:
    """Return what a script's `retry` prints for a command that always fails."""
    lines = []
    for left in range(times - 1, 0, -1):
        lines += [f"{CALLS}{command}", *error, f"failed, {left} more tries, the next in {2 ** (times - left)} s"]
    return [*lines, f"{CALLS}{command}", *error]


_TIMEOUT: Final = """\
[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. This can take up to 4m0s
[kubelet-check] The kubelet is healthy after 502.1ms
[control-plane-check] Waiting for healthy control plane components. This can take up to 4m0s
[control-plane-check] Checking kube-apiserver at https://«self-address»:6443/livez
[control-plane-check] Checking kube-controller-manager at https://127.0.0.1:10257/healthz
[control-plane-check] Checking kube-scheduler at https://127.0.0.1:10259/livez
[control-plane-check] kube-apiserver is not healthy after 4m0.0002s
[control-plane-check] kube-controller-manager is not healthy after 4m0.0003s
[control-plane-check] kube-scheduler is not healthy after 4m0.0007s

A control plane component may have crashed or exited when started by the container runtime.
To troubleshoot, list all containers using your preferred container runtimes CLI.

error: error execution phase wait-control-plane: failed while waiting for the control plane to start: \
[kube-apiserver check failed at https://«self-address»:6443/livez: context deadline exceeded]
To see the stack trace of this error execute with --v=5 or higher
the kubelet's last lines:
"Eviction manager: failed to get summary stats" err="failed to get node info: node \\"«self»\\" not found"
"Eviction manager: failed to get summary stats" err="failed to get node info: node \\"«self»\\" not found"
"""
_RESET: Final = """\
resetting what an earlier kubeadm init left, which did not come to its end: no node can have joined
[preflight] Running pre-flight checks
[reset] Deleted contents of the etcd data directory: /var/lib/etcd
[reset] Stopping the kubelet service
[reset] Unmounting mounted directories in "/var/lib/kubelet"
[reset] Deleting contents of directories: [/etc/kubernetes/manifests /var/lib/kubelet /etc/kubernetes/pki]
"""
RESET_LINES: Final = tuple((0.1 * number, text) for number, text in enumerate(_RESET.splitlines()))
"""The output before a repeated `kubeadm init`."""

FAULTS: Final = {
    fault.name: fault
    for fault in (
        Fault(
            "init-timeout",
            step="init",
            first=True,
            seconds=45.0,
            keeps="[wait-control-plane]",
            says=tuple(_TIMEOUT.splitlines()),
            leaves="kubeadm init did not come to its end",
            command="kubeadm init --config=/run/kubetui-init.yaml --skip-token-print",
        ),
        Fault(
            "apt-lock",
            step="kubernetes",
            seconds=20.0,
            command=_INSTALL,
            says=(
                *_tries(
                    (
                        f"Waiting for cache lock: {_LOCK}...",
                        f"E: {_LOCK}",
                        "N: Be aware that removing the lock file is not a solution and may break your system.",
                        "E: Unable to acquire the dpkg frontend lock, is another process using it?",
                    ),
                    4,
                    _INSTALL,
                ),
            ),
        ),
        Fault(
            "image-pull",
            step="images",
            seconds=20.0,
            command=f"crictl pull {_IMAGE}",
            says=(
                f"image 1 of 5: {_IMAGE}",
                *_tries(
                    (f'level=fatal msg="pulling image: rpc error: code = Unknown desc = {_PULL}"',),
                    5,
                    f"crictl pull {_IMAGE}",
                ),
                f"error: image {_IMAGE} cannot be pulled from {_IMAGE.partition('/')[0]}",
            ),
        ),
        Fault(
            "join-unreachable",
            step="join",
            seconds=10.0,
            says=(
                (
                    "error: the control plane cannot be reached at «control-address»:6443 from here: "
                    "its SSH answers, so something keeps port 6443 from here"
                ),
            ),
        ),
        Fault("ssh-drop", step="kubernetes", drops=True),
    )
}


def named(name: str, plan: Plan) -> Fault | None:
    """Return the fault with this name, None for an empty name. Raises UsageError when it cannot happen."""
    if not name:
        return None
    fault = FAULTS.get(name)
    if fault is None:
        raise UsageError(f"There is no fault {name[:40]} to rehearse.", fix=f"Known faults: {', '.join(FAULTS)}.")
    if fault.step == "join" and not plan.workers:
        raise UsageError(f"The fault {name} needs a worker, and there is none.", fix="Set machines.workers to 1.")
    return fault
