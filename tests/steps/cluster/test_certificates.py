"""Certificates are renewed when they are due, by what can renew them, and never twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.base.text import LineSink
from kubetui.cluster.certificates import CLIENT, SERVING, SIGNED
from kubetui.engine.events import Outcome, TaskId
from kubetui.engine.order import dependencies, tasks_of
from kubetui.engine.step import Finding, Task, WorkState
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.build import RENEWING, STEPS
from kubetui.steps.cluster import certificates
from kubetui.steps.cluster.init import CERTIFICATES, INIT_STEP
from kubetui.steps.cluster.join import JOIN_STEP, KUBELET_CERTIFICATE
from tests.cluster.pki import DAY, kubeconfig, pair, told
from tests.fakes import Bench, FakeNode
from tests.plans import plan
from tests.steps.box import Box

NOW = 1_800_000_000.0
API, CA = "/etc/kubernetes/pki/apiserver.crt", "/etc/kubernetes/pki/ca.crt"
OLD, NEW = pair(NOW - 365 * DAY, NOW - DAY)[0], pair(NOW - DAY, NOW + 364 * DAY)[0]
TOKEN = "abcdef.0123456789abcdef"  # noqa: S105 - a made-up one


@dataclass
class Machine(FakeNode):
    """A machine that shows these certificates, and new ones once a script has run."""

    files: dict[str, str] = field(default_factory=dict)
    renewed: bool = True
    ran: list[Command] = field(default_factory=list)

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        if "kubeadm token create" in command.script:
            return f"kubeadm join --token {TOKEN} --discovery-token-ca-cert-hash sha256:{'a' * 64}\nsigned with it:\nx"
        return told(NOW, self.files)

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        self.ran.append(command)
        if self.renewed:
            self.files = {path: text if path == CA else NEW for path, text in self.files.items()}
        return await super().carry_out(task, command, log)


def standing(*, workers: int = 1) -> Plan:
    made = plan(workers=workers)
    return Plan(made.profile, standing=True)


def bench(*nodes: Machine) -> Bench:
    return Bench(standing(), (), *nodes)


def task(made: Bench, machine: int = 0) -> Task:
    step = KUBELET_CERTIFICATE if machine else CERTIFICATES
    return Task(made.run, step, made.plan.machines[machine], lambda _line: None)


async def test_what_holds_is_left_alone() -> None:
    node = Machine(files={API: NEW, CLIENT: NEW})
    assert await certificates.renew(task(bench(node))) is Outcome.UNCHANGED
    assert node.ran == []


async def test_one_that_the_kubelet_asks_for_itself_is_left_to_it() -> None:
    node = Machine(files={API: NEW, SIGNED: OLD})
    assert await certificates.renew(task(bench(node))) is Outcome.UNCHANGED
    node = Machine(files={API: OLD, SIGNED: OLD}, renewed=True)
    assert await certificates.renew(task(bench(node))) is Outcome.DONE
    assert node.ran[0].values["SERVING"] == ""


async def test_a_machine_that_has_no_cluster_yet_is_left_alone() -> None:
    node = Machine()
    assert await certificates.renew(task(bench(node)), everything=True) is Outcome.UNCHANGED
    assert node.ran == []


async def test_all_are_renewed_on_request() -> None:
    node = Machine(files={API: NEW, CLIENT: NEW})
    assert await certificates.renew(task(bench(node)), everything=True) is Outcome.DONE
    assert node.ran[0].values["IDENTITY"] == ""


async def test_what_earlier_probes_found_is_forgotten() -> None:
    made = bench(Machine(files={API: OLD}))
    made.run.findings.update(
        {("kubmaster", "kubeconfig"): Finding(WorkState.DONE, ""), ("kubnode1", "join"): Finding(WorkState.DONE, "")}
    )
    assert await certificates.renew(task(made)) is Outcome.DONE
    assert list(made.run.findings) == [("kubnode1", "join")]


async def test_a_control_plane_signs_its_kubelets_certificate_itself() -> None:
    node = Machine(files={API: OLD, CLIENT: OLD, SERVING: NEW})
    assert await certificates.renew(task(bench(node))) is Outcome.DONE
    values = node.ran[0].values
    assert (values["IDENTITY"], values["SERVING"]) == (CLIENT, "")
    assert "certificatesDir" not in str(values["CONFIG"])
    assert "kind: ClusterConfiguration" in str(values["CONFIG"])


@pytest.mark.parametrize(("path", "token"), [(CLIENT, TOKEN), (SERVING, "")])
async def test_a_worker_asks_with_a_join_token_where_it_needs_one(path: str, token: str) -> None:
    first, worker = Machine(files={}), Machine(files={CA: NEW, CLIENT: NEW, SERVING: NEW, path: OLD})
    assert await certificates.renew(task(bench(first, worker), 1)) is Outcome.DONE
    assert token in worker.ran[0].assignments(reveal=True)
    assert TOKEN not in worker.ran[0].assignments(reveal=False)


async def test_an_authority_that_ran_out_is_named_and_nothing_is_done() -> None:
    authority = pair(NOW - 3650 * DAY, NOW - DAY, authority=True)[0]
    node = Machine(files={CA: authority, API: OLD})
    with pytest.raises(RunError, match=re.escape(CA)) as error:
        await certificates.renew(task(bench(node)))
    assert error.value.id == "CA-EXPIRED"
    assert node.ran == []


async def test_an_authority_that_soon_runs_out_renews_nothing_again_and_again() -> None:
    authority = pair(NOW - 3650 * DAY, NOW + DAY, authority=True)[0]
    node = Machine(files={CA: authority, API: NEW})
    assert await certificates.renew(task(bench(node))) is Outcome.UNCHANGED
    assert node.ran == []


async def test_what_is_still_old_afterwards_is_an_error() -> None:
    with pytest.raises(RunError, match="still has certificates that have run out"):
        await certificates.renew(task(bench(Machine(files={API: OLD}, renewed=False))))


def test_only_a_cluster_that_stands_has_these_steps_and_they_come_first() -> None:
    new = {task.step for task in tasks_of(STEPS, plan(workers=1))}
    assert not new & {CERTIFICATES.name, KUBELET_CERTIFICATE.name}
    needs = {str(task): {str(each) for each in others} for task, others in dependencies(STEPS, standing()).items()}
    assert f"kubmaster/{CERTIFICATES.name}" in needs[f"kubmaster/{INIT_STEP.name}"]
    assert f"kubmaster/{INIT_STEP.name}" in needs[f"kubnode1/{KUBELET_CERTIFICATE.name}"]
    assert f"kubnode1/{KUBELET_CERTIFICATE.name}" in needs[f"kubnode1/{JOIN_STEP.name}"]


def test_control_planes_are_renewed_one_after_the_other() -> None:
    made = plan(workers=1, machines={"control_planes": 3}, network={"control_plane_endpoint": "192.168.56.5"})
    needs = dependencies(RENEWING, Plan(made.profile, standing=True))
    chain = {
        task.machine: {need.machine for need in others}
        for task, others in needs.items()
        if task.step == CERTIFICATES.name
    }
    assert chain == {
        "kubmaster": {"kubmaster"},
        "kubmaster2": {"kubmaster", "kubmaster2"},
        "kubmaster3": {"kubmaster2", "kubmaster3"},
    }


KUBEADM = """case $* in
  version*) echo v1.37.2 ;;
  'kubeconfig user'*) cat "$ROOT/fresh" ;;
esac"""


def renewing(box: Box, *paths: str) -> list[str]:
    """Run the script of a control plane, and return the commands that it told."""
    certificate, key = pair(NOW, NOW + DAY)
    box.write("fresh", kubeconfig(certificate, key))
    box.write("etc/kubernetes/admin.conf", "")
    (box.root / "var/lib/kubelet/pki").mkdir(parents=True)
    box.program("kubeadm", KUBEADM)
    box.program("crictl", "case $* in *' pods '*) echo aaa; echo bbb ;; esac")
    box.program("kubectl", "echo ok")
    done = box.run(certificates._renewing(standing(), standing().control_plane, set(paths)))
    assert done.returncode == 0, done.stderr
    return box.told()


def test_the_script_of_a_control_plane(box: Box) -> None:
    told = renewing(box, CLIENT, SERVING)
    pem = (box.root / "var/lib/kubelet/pki/kubelet-client-current.pem").read_text()
    assert pem.startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE KEY" in pem
    assert (box.root / "var/lib/kubelet/pki/kubelet-client-current.pem").resolve().stat().st_mode & 0o777 == 0o600
    assert "kubeadm certs renew all --config=/run/kubetui-certificates.yaml" in told
    assert "rm -f /var/lib/kubelet/pki/kubelet.crt /var/lib/kubelet/pki/kubelet.key" in told
    assert [line for line in told if " stopp " in line] == [
        f"crictl --runtime-endpoint=unix:///run/containerd/containerd.sock stopp {pod}" for pod in ("aaa", "bbb")
    ]
    assert "PRIVATE" not in "".join(told)
    assert not (box.root / "run/kubetui-certificates.yaml").exists()


def test_a_kubelets_certificate_that_holds_is_left_alone(box: Box) -> None:
    told = renewing(box)
    assert not any("kubeconfig user" in line or line.startswith("rm ") for line in told)
    assert list((box.root / "var/lib/kubelet/pki").iterdir()) == []


def test_the_script_of_a_worker_leaves_no_token(box: Box, tmp_path: Path) -> None:
    box.write("etc/kubernetes/kubelet.conf", "")
    kept = tmp_path / "kept"
    box.program("systemctl", f'cp "$ROOT/etc/kubernetes/bootstrap-kubelet.conf" {kept}')
    box.program("kubectl")
    command = certificates._asking(standing(), standing().machines[1], {CLIENT})
    done = box.run(command.bind(JOIN_TOKEN=TOKEN))
    assert done.returncode == 0, done.stderr
    assert f"token: {TOKEN}" in kept.read_text()
    assert "server: https://192.168.56.101:6443" in kept.read_text()
    assert not (box.root / "etc/kubernetes/bootstrap-kubelet.conf").exists()
    assert TOKEN not in "".join(box.told()) + done.stdout + done.stderr


def test_renewing_approves_what_kubelets_wait_for() -> None:
    made = plan(workers=1, addons=["metrics"])
    needs = dependencies(RENEWING, Plan(made.profile, standing=True))
    assert needs[TaskId("approve-serving", "kubmaster")] == {TaskId("certificates", "kubmaster")}
    assert "approve-serving" not in {each.step for each in tasks_of(RENEWING, standing())}
