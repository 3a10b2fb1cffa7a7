"""What a run of real machines calls is what its plan and its steps teach, and none of it is secret."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest
import yaml

from kubetui.operations.plan import taught_commands
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.steps.build import STEPS
from tests.e2e.conftest import Lab, Maker
from tests.e2e.running import Event
from tests.taught import ELSEWHERE, differences

pytestmark = pytest.mark.e2e

MARKED = {"worker": {"labels": {"disk": "ssd"}, "taints": ["dedicated=training:PreferNoSchedule"]}}
OWN = re.compile(r"(ip|lxc-cgroup|sudo -n (ip|lxc-cgroup)) ")
"""What kubetui does on this host around Vagrant, if there is need."""
SECRET = re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b|(?<![0-9a-f:])[0-9a-f]{64}\b|PRIVATE KEY|eyJ")


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    return make("told", machines=MARKED)


@pytest.fixture(scope="module")
def events(lab: Lab) -> list[Event]:
    return [json.loads(line) for line in lab.kubetui("up", str(lab.profile), "--yes", "--json").splitlines()]


@pytest.fixture(scope="module")
def plan(lab: Lab) -> Plan:
    return Plan(profilefile.parse(yaml.safe_dump(dict(lab.document)), "lab.yaml"))


def called(events: list[Event]) -> dict[tuple[str, str], list[str]]:
    """Return the commands of each step on each machine."""
    found = defaultdict(list)
    for event in events:
        if event["event"] == "CommandStarted" and not OWN.match(event["text"]):
            assert event["kind"] == "command"
            found[event["step"], event["machine"]].append(event["text"])
    return found


def test_every_step_calls_what_it_teaches(events: list[Event], plan: Plan) -> None:
    told = called(events)
    for step in STEPS:
        taught = defaultdict(list)
        for machine in plan.machines:
            if step.runs_on(machine, plan):
                for text in taught_commands(step, plan, machine):
                    place = ELSEWHERE.search(text)
                    taught[place[1] if place else machine.name].append(text)
        heard = {where: texts for (name, where), texts in told.items() if name == step.name}
        unchanged = {
            event["task"]["machine"]
            for event in events
            if event["event"] == "TaskFinished"
            and event["task"]["step"] == step.name
            and event["outcome"] == "unchanged"
        }
        assert heard or not taught or unchanged, step.name
        for name in {*taught, *heard}:
            if name not in unchanged or name in heard:
                assert differences(taught[name], heard.get(name, [])) == [], (step.name, name)


def test_the_plan_shows_the_same_commands(lab: Lab, plan: Plan) -> None:
    text = lab.kubetui("plan", str(lab.profile))
    shown = json.loads(lab.kubetui("plan", str(lab.profile), "--json"))["steps"]
    assert [step["name"] for step in shown] == [
        step.name for step in STEPS if step.wanted(plan) and _runs(step.name, plan)
    ]
    for step in shown:
        for commands in step["taught"].values():
            for command in commands:
                assert f"$ {command}\n" in text
        assert step["concepts"]
        assert all(step["taught"].values()) or step["without_commands"] in text


def _runs(name: str, plan: Plan) -> bool:
    (step,) = (each for each in STEPS if each.name == name)
    return any(step.runs_on(machine, plan) for machine in plan.machines)


def test_the_log_has_every_command_and_logs_shows_them(lab: Lab, events: list[Event]) -> None:
    texts = [(event["machine"], event["text"]) for event in events if event["event"] == "CommandStarted"]
    shown = lab.kubetui("logs", lab.name, "--commands").splitlines()
    for machine, text in texts:
        assert any(line.endswith(f"$ {text}") and machine in line.split()[2] for line in shown), (machine, text)
    assert len(shown) == len(texts)
    init = lab.kubetui("logs", lab.name, "kubmaster", "--step", "init", "--commands", "--follow").splitlines()
    assert [line.partition("$ ")[2].split()[:2] for line in init] == [
        ["tee", "/run/kubetui-init.yaml"],
        ["kubeadm", "init"],
    ]


def test_no_command_has_a_secret(lab: Lab, events: list[Event]) -> None:
    kubeconfig = yaml.safe_load((lab.folder / "kubeconfig").read_text())["users"][0]["user"]["client-key-data"]
    for event in events:
        if event["event"] == "CommandStarted":
            assert not SECRET.search(event["text"]), event["text"]
            assert kubeconfig[40:100] not in event["text"]
