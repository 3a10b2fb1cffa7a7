"""The shipped recording: it answers every current script, contains no secret, and is small."""

import platform
from importlib import resources

import pytest

from kubetui.base.errors import KubetuiError
from kubetui.engine.step import Step
from kubetui.engine.survey import script
from kubetui.machines.rehearsal.recording.asked import digest, survey_parts, understand
from kubetui.machines.rehearsal.recording.recording import SEVERAL, SHIPPED, Kind, missing, parse, scripts, shipped
from kubetui.machines.rehearsal.recording.scribe import SECRET
from kubetui.machines.rehearsal.recording.words import Words
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.build import STEPS
from tests.machines.rehearsal.conftest import profile
from tests.plans import plan

HA = plan(machines={"control_planes": 3}, network={"control_plane_endpoint": "192.168.56.254"})
PLANS = {SHIPPED: plan(), SEVERAL: HA}
AGAIN = "tests/e2e/record.py makes the recordings again"


@pytest.fixture(params=PLANS)
def text(request: pytest.FixtureRequest) -> str:
    folder = resources.files("kubetui.machines.rehearsal.recording")
    return folder.joinpath(request.param).read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", PLANS.values(), ids=PLANS.keys())
def test_every_script_has_its_recorded_answer(asked: Plan) -> None:
    lacking = missing(shipped(asked), asked, STEPS)
    assert not lacking, f"Scripts changed after they were recorded: {lacking}. {AGAIN}"


@pytest.mark.parametrize("asked", PLANS.values(), ids=PLANS.keys())
def test_the_recording_has_no_outdated_scripts(asked: Plan) -> None:
    recording = shipped(asked)
    known = {script for script, _, _ in scripts(asked, STEPS)}
    steps = {step.name for step in STEPS}
    old = {step for script, step in recording.steps.items() if step in steps and script not in known}
    assert not old, f"The recording is older than the steps {old}. {AGAIN}"


@pytest.mark.parametrize("asked", PLANS.values(), ids=PLANS.keys())
def test_the_version_that_is_shown_is_the_recorded_one(asked: Plan) -> None:
    rehearsed = Plan(asked.profile.model_copy(update={"provider": "rehearsal"}))
    assert rehearsed.version == shipped(asked).kubernetes


def test_a_changed_script_is_detected() -> None:
    step = next(step for step in STEPS if step.name == "swap")
    recipe = step.recipe(plan(), plan().control_plane)
    assert recipe.apply is not None
    changed = type(recipe)(Command(recipe.apply.script + "\n# new"), recipe.probe)
    new = Step(step.name, "", "", "", step.where, (), lambda _plan, _machine: changed, step.run)
    assert missing(shipped(plan()), plan(), [new]) == ("swap: apply, control plane", "swap: apply, worker")


def test_the_recording_is_small_and_has_no_secret(text: str) -> None:
    assert not SECRET.search(text)
    assert len(text.encode()) < 150_000


def test_the_recording_does_not_name_its_cluster_or_machines(text: str) -> None:
    for word in ("kubmaster", "kubnode", "192.168.", "10.0.3.1", "10.244."):
        assert word not in text, word


def test_nothing_is_recorded_that_only_the_test_machines_need(text: str) -> None:
    for word in ("failCgroupV1", "SystemVerification", "CGROUPS_", platform.release(), "cgroup version 1", "-fc-"):
        assert word not in text, word


def test_a_recording_survives_a_round_trip(text: str) -> None:
    assert parse(text).dump() == text


@pytest.mark.parametrize("wrong", ["", "{}", "[1]", "not json", '{"kubetui-recording": 2}'])
def test_an_invalid_recording_is_an_error(wrong: str) -> None:
    with pytest.raises(KubetuiError, match="not a recording"):
        parse(wrong)


def test_a_rendered_script_can_be_parsed() -> None:
    command = Command('say "$NAME"\n', {"NAME": "it's\n'two' lines\n", "EMPTY": ""})
    asked = understand(command.render())
    assert (asked.script, dict(asked.values)) == (command.script, dict(command.values))
    assert asked.digest == digest(command.script)


def test_a_survey_can_be_parsed() -> None:
    for machine in plan().machines:
        recipes = {step.name: step.recipe(plan(), machine).probe for step in STEPS if step.where.holds(machine)}
        probes = {name: probe for name, probe in recipes.items() if probe is not None}
        own = probes.pop("facts")
        parts = survey_parts(understand(Command(script(own, probes)).render()).script)
        assert [name for name, _ in parts] == ["own", *probes]
        for (_, asked), probe in zip(parts, (own, *probes.values()), strict=True):
            assert (asked.script, dict(asked.values)) == (probe.script, dict(probe.values))


def test_names_are_replaced_by_marks_and_back() -> None:
    recorded = plan(network={"first_address": "192.168.62.101"})
    said = 'node "kubnode1" at 192.168.62.102 joins kubmaster, 10.244.1.7, etcd-kubmaster v1.36.1, 192.168.62.1020'
    general = Words(recorded, recorded.workers[0], "1.36.1").take_out(said)
    assert "kub" not in general
    other = Words(plan(machines={"control_plane_name": "cp", "worker_name": "w"}), plan().machines[1], "1.37.2")
    assert other.put_in(general) == (
        'node "kubnode1" at 192.168.56.102 joins cp, 10.244.1.7, etcd-cp v1.37.2, 192.168.62.1020'
    )


def test_a_line_about_an_unplanned_machine_is_dropped() -> None:
    alone = plan(workers=0)
    assert Words(alone, alone.control_plane, "1.36.0").put_in("waiting: «worker1» is not Ready") is None


def test_probe_outcomes_and_applies_are_distinguished() -> None:
    wanted = scripts(plan(), STEPS)
    assert {kind for _, kind, _ in wanted} == {Kind.TODO, Kind.DONE, Kind.APPLY}
    assert profile().provider == "rehearsal"
