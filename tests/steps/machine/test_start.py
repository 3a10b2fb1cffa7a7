"""The first check of a machine, and running kubeadm on a machine with cgroup v1."""

from pathlib import Path
from typing import Any

import pytest

from kubetui.engine.step import Task
from kubetui.operations.plan import plan_document, plan_text
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.machine.start import FACTS, SKIPPED
from tests.fakes import Bench, FakeNode
from tests.plans import plan
from tests.steps.box import Box, recipe

TOLERANT: dict[str, Any] = {"patches": [{"kind": "KubeletConfiguration", "failCgroupV1": False}]}
OWN = {"kind": "InitConfiguration"}
IGNORE = "--ignore-preflight-errors=SystemVerification"


def listing(check: str) -> dict[str, Any]:
    """Return kubeadm patches that skip another preflight check, as a profile may."""
    return {"patches": [*TOLERANT["patches"], {**OWN, "nodeRegistration": {"ignorePreflightErrors": [check]}}]}


def with_cgroups(box: Box, version: int) -> Box:
    """Give the machine this cgroup version and the planned address."""
    box.program("stat", f"[[ $1 != -fc ]] || echo {'cgroup2fs' if version == 2 else 'tmpfs'}")
    box.program("ip", "echo '3: eth1    inet 192.168.56.101/24 brd 192.168.56.255 scope global eth1'")
    box.write("etc/os-release", 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n')
    return box


def look(made: Plan) -> Command:
    probe = FACTS.recipe(made, made.control_plane).probe
    assert probe
    return Command(probe.script, {**probe.values, "MEMORY": "0"})


@pytest.mark.parametrize(
    ("cgroups", "made", "fits"),
    [
        (2, plan("1.36"), True),
        (1, plan("1.34"), True),
        (1, plan("1.35"), False),
        (1, plan("1.35", kubernetes=TOLERANT), True),
        (1, plan("1.36", kubernetes={"patches": [{"kind": "KubeletConfiguration", "failCgroupV1": True}]}), False),
    ],
    ids=["new", "old and 1.34", "old and 1.35", "old and tolerated", "old and refused"],
)
def test_cgroup_v1_is_refused_where_the_kubelet_would_refuse_it(
    box: Box, cgroups: int, made: Plan, *, fits: bool
) -> None:
    done = with_cgroups(box, cgroups).run(look(made))
    assert (done.returncode == 0) is fits, done.stderr
    if fits:
        assert done.stdout.endswith(f"address 192.168.56.101/24 on eth1, cgroup version {cgroups}\n")
    else:
        assert "Choose a newer box" in done.stderr
        assert "failCgroupV1: false" in done.stderr


@pytest.mark.parametrize(
    ("cgroups", "made", "skips"),
    [
        (1, plan(kubernetes=TOLERANT), True),
        (1, plan(kubernetes=listing("Swap")), True),
        (1, plan(kubernetes=listing("ALL")), False),
        (1, plan(kubernetes={"patches": [*TOLERANT["patches"], {**OWN, "nodeRegistration": None}]}), True),
        (2, plan(kubernetes=TOLERANT), False),
        (1, plan("1.34", kubernetes=TOLERANT), False),
        (1, plan(), False),
    ],
    ids=["old and tolerated", "beside another", "beside all", "unregistered", "new", "old and 1.34", "old"],
)
def test_kubeadm_skips_one_check_only_where_it_would_refuse_cgroup_v1(
    box: Box, cgroups: int, made: Plan, *, skips: bool
) -> None:
    box.program("kubeadm", "[[ $1 != version ]] || echo v1.36.1")
    _, apply = recipe("init", made)
    assert with_cgroups(box, cgroups).run(apply).returncode == 0
    (call,) = [each for each in box.called("kubeadm") if each.startswith("kubeadm init")]
    assert (IGNORE in call) is skips
    assert call.count("--ignore") == int(skips)


@pytest.mark.parametrize(("cgroups", "said"), [("1", [SKIPPED]), ("2", [])])
async def test_a_run_logs_a_skipped_check_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cgroups: str, said: list[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    answer = Result(0, (f"address 192.168.56.101/24 on eth1, cgroup version {cgroups}",))
    bench = Bench(plan(kubernetes=TOLERANT), (FACTS,), *(FakeNode(probes=[answer]) for _ in range(3)))
    lines: list[str] = []
    for machine in bench.plan.machines:
        await FACTS.run(Task(bench.run, FACTS, machine, lines.append))
    assert [line for line in lines if line not in answer.lines] == said
    assert lines.count(answer.lines[0]) == 3


@pytest.mark.parametrize(("version", "said"), [("1.31", 0), ("1.37.99", 0), ("1.38", 1), ("1.50.2", 1)])
async def test_a_newer_version_than_kubetui_knows_is_tried_and_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, said: int
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    bench = Bench(plan(version), (FACTS,), *(FakeNode(probes=[Result(0, ("fine",))]) for _ in range(3)))
    lines: list[str] = []
    for machine in bench.plan.machines:
        await FACTS.run(Task(bench.run, FACTS, machine, lines.append))
    told = [line for line in lines if line != "fine"]
    assert told == [bench.plan.untried] * said
    assert lines.count("fine") == 3
    # in the plan, the same sentence stands once
    assert plan_text(bench.plan).count("is newer than this kubetui, which was tested up to 1.37") == said
    assert plan_document(bench.plan)["notes"] == told
