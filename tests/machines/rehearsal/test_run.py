"""Whole rehearsed runs: the real engine and real SSH, ending with a cluster that can be used."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError, ForeignError, HostError, KubetuiError, ProfileError, UsageError
from kubetui.cli.output import Plain
from kubetui.cluster.api import ready
from kubetui.cluster.folder import state_home
from kubetui.engine.events import CommandStarted, Outcome, RunStarted, TaskFinished
from kubetui.engine.provider import MachineState
from kubetui.engine.stop import Stop
from kubetui.machines.make import make
from kubetui.machines.rehearsal.options import Options, rehearsed, with_options
from kubetui.machines.rehearsal.recording.recording import Kind, shipped
from kubetui.machines.rehearsal.recording.scribe import Scribe
from kubetui.operations import observe
from kubetui.operations.destroy import destroy
from kubetui.operations.state import glances
from kubetui.operations.up import up
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.rules.between_fields import check
from kubetui.steps.build import STEPS
from tests.machines.rehearsal.conftest import FAST, Theatre, profile
from tests.taught import ELSEWHERE, differences

ENDPOINT = {"control_plane_endpoint": "192.168.56.254:6443"}
WITHOUT_COMMANDS = {"start", "connect", "clock", "proof"}
"""Steps whose commands are not in their recipes."""


async def test_the_tutorial_builds_from_scratch(theatre: Theatre) -> None:
    finished = await theatre.up()
    assert finished.ok
    assert finished.rehearsal
    started = theatre.events[0]
    assert isinstance(started, RunStarted)
    assert started.rehearsal
    head, *rows = theatre.table
    assert head.split()[:6] == ["NAME", "STATUS", "ROLES", "AGE", "VERSION", "INTERNAL-IP"]
    assert [row.split()[0] for row in rows] == ["kubmaster", "kubnode1", "kubnode2"]
    assert [row.split()[5] for row in rows] == ["192.168.56.101", "192.168.56.102", "192.168.56.103"]
    assert all(row.split()[4] == "v1.37.2" for row in rows)
    assert theatre.lines("kubnode2", "join")[0] == "[preflight] Running pre-flight checks"


async def test_every_step_runs_its_real_commands(theatre: Theatre) -> None:
    await theatre.up()
    calls = theatre.stage.calls()
    tasks = [event.task for event in theatre.events if isinstance(event, TaskFinished)]
    steps = [step for step in STEPS if step.wanted(theatre.plan)]
    assert len(tasks) == sum(step.runs_on(machine, theatre.plan) for step in steps for machine in theatre.plan.machines)
    for step in steps:
        for machine in (each for each in theatre.plan.machines if step.runs_on(each, theatre.plan)):
            recipe = step.recipe(theatre.plan, machine)
            asked = {
                kind: number for (name, at, kind), number in calls.items() if (name, at) == (machine.name, step.name)
            }
            if recipe.apply is not None:
                assert asked[Kind.APPLY] == 1, (step.name, machine.name)
            if recipe.probe is not None:
                # the survey's probe finds work to do; the probe after apply finds it done
                assert asked[Kind.DONE] == 1, (step.name, machine.name)
                assert asked.get(Kind.TODO, 0) == (recipe.apply is not None), (step.name, machine.name)
            assert asked or step.name in WITHOUT_COMMANDS
    # the time, the kubeconfig and the nodes; for each worker the cluster's CA and a join token; the nine of the proof
    assert calls["kubmaster", "", Kind.READ] == 3 + 2 * len(theatre.plan.workers) + 9
    assert not any(event.outcome is Outcome.FAILED for event in theatre.events if isinstance(event, TaskFinished))


async def test_labels_and_taints_are_rehearsed_although_no_recording_has_them(state: Path) -> None:
    own = {"kubnode2": {"taints": ["dedicated=training:NoSchedule"]}}
    theatre = Theatre(profile(machines={"worker": {"labels": {"disk": "ssd"}}, "by_name": own}))
    assert (await theatre.up()).ok
    assert theatre.lines("kubmaster", "labels") == [
        "node/kubnode1 annotated",
        "node/kubnode1 labeled",
        "node/kubnode2 annotated",
        "node/kubnode2 labeled",
        # kubeadm has set the taint as the node joined
        "node/kubnode2 annotated",
    ]
    assert "labels" not in theatre.stage.older()
    assert any("made up" in line for line in theatre.lines("kubmaster", "start"))
    assert (await theatre.up()).changed == 0
    # another profile is applied in place, by this step alone
    theatre.profile = profile(
        machines={"control_plane": {"labels": {"disk": "tape"}, "taints": ["a:PreferNoSchedule"]}}
    )
    assert (await theatre.up()).changed == 1
    assert [line.removeprefix("node/kubmaster ") for line in theatre.lines("kubmaster", "labels")] == [
        *("annotated", "labeled"),
        *("annotated", "modified"),
    ]
    theatre.profile = profile()
    assert (await theatre.up()).changed == 1
    assert (await theatre.up()).changed == 0


def test_existing_machines_are_rehearsed_with_their_labels() -> None:
    hosts = [
        {"name": "two", "address": "10.0.0.2", "labels": {"disk": "tape"}},
        {"name": "one", "role": "control plane", "address": "10.0.0.1", "taints": ["a:PreferNoSchedule"]},
        {"name": "three", "address": "10.0.0.3"},
    ]
    real = profile("real", provider="hosts", hosts=hosts, machines={"worker": {"labels": {"tier": "work"}}})
    played = Plan(rehearsed(real))
    assert [(each.name, each.labels, list(map(str, each.taints))) for each in played.machines] == [
        ("kubmaster", {}, ["a:PreferNoSchedule"]),
        ("kubnode1", {"tier": "work", "disk": "tape"}, []),
        ("kubnode2", {"tier": "work"}, []),
    ]
    assert check(played) == ()


async def test_a_second_run_changes_nothing_even_in_another_process(theatre: Theatre) -> None:
    assert (await theatre.up()).changed
    assert (await theatre.up()).changed == 0
    await theatre.leave()
    again = await theatre.up()
    assert (again.ok, again.changed) == (True, 0)
    assert not [key for key in theatre.stage.calls() if key[2] is Kind.APPLY and key[1] != "check"]


async def test_a_removed_lock_file_does_not_let_a_second_run_in(theatre: Theatre) -> None:
    running = asyncio.create_task(theatre.up(speed=50.0))
    while len(theatre.events) < 20:  # noqa: ASYNC110 - a run reports only to its sink
        await asyncio.sleep(0.01)
    (state_home() / "locks" / "lab").unlink()
    built = theatre.cluster.profile.read_bytes()
    with pytest.raises(BusyError, match="is working on lab"):
        await Theatre(profile(machines={"workers": 3})).up()
    with pytest.raises(BusyError, match="is working on lab"):
        await destroy(theatre.cluster, lambda _line: None)
    assert theatre.cluster.profile.read_bytes() == built
    assert (await running).ok
    assert (await theatre.up()).ok


async def test_an_added_worker_joins_the_cluster(theatre: Theatre) -> None:
    await theatre.up()
    grown = Theatre(profile(machines={"workers": 3}))
    finished = await grown.up()
    assert finished.ok
    assert [row.split()[0] for row in grown.table[1:]] == ["kubmaster", "kubnode1", "kubnode2", "kubnode3"]
    joined = [machine for machine, step, kind in grown.stage.calls() if (step, kind) == ("join", Kind.APPLY)]
    assert joined.count("kubnode3") == 1


async def test_several_control_planes_join_the_first(state: Path) -> None:
    theatre = Theatre(profile(machines={"control_planes": 3, "workers": 1}, network=ENDPOINT))
    assert (await theatre.up()).ok
    assert [row.split()[:3:2] for row in theatre.table[1:]] == [
        ["kubmaster", "control-plane"],
        ["kubmaster2", "control-plane"],
        ["kubmaster3", "control-plane"],
        ["kubnode1", "<none>"],
    ]
    said = "\n".join(theatre.lines("kubmaster3", "join-control-plane"))
    assert "kubmaster3" in said
    assert "etcd" in said
    assert not re.search("kubmaster2|«", said)
    assert (await theatre.up()).changed == 0


async def test_the_api_answers_only_with_its_certificate(theatre: Theatre) -> None:
    await theatre.up()
    kubeconfig = theatre.cluster.kubeconfig
    assert (await ready(kubeconfig)).startswith("https://127.0.0.1:")
    await theatre.leave()
    with pytest.raises(KubetuiError, match="cannot be reached"):
        await ready(kubeconfig)


async def test_a_rehearsed_cluster_can_be_observed(theatre: Theatre) -> None:
    await theatre.up()
    await theatre.leave()
    async with observe.Observer("lab") as observer:
        nodes, pods = await observer.nodes(), await observer.pods()
        containers = await observer.containers("kubnode2")
        told = [await observer.logs("kube-system", "etcd-kubmaster"), await observer.describe("kube-system", "etcd-x")]
    assert nodes.column("NAME") == ("kubmaster", "kubnode1", "kubnode2")
    assert pods.column("NODE").count("kubnode2") == 2
    assert all("This is a rehearsal" in each and "nothing that it wrote or did was recorded" in each for each in told)
    assert set(containers.column("POD")) <= set(pods.column("NAME"))
    assert len(set(pods.column("NAME"))) == len(pods.rows)
    with pytest.raises(HostError, match="no shell"):
        observe.shell_command(theatre.cluster, "kubmaster")


async def test_status_and_destroy_work_on_a_rehearsed_cluster(theatre: Theatre) -> None:
    await theatre.up()
    provider = make(theatre.plan, theatre.cluster.folder)
    assert set((await provider.states()).values()) == {MachineState.RUNNING}
    assert [each.name for each in glances()] == ["lab"]
    said: list[str] = []
    await destroy(theatre.cluster, said.append)
    assert not theatre.cluster.exists
    assert said == ["the rehearsal is over; there are no machines to remove"]
    assert (await theatre.up()).changed


async def test_a_single_machine_with_other_names_shows_no_recorded_name(state: Path) -> None:
    theatre = Theatre(
        profile("other", machines={"workers": 0, "control_plane_name": "solo"}, kubernetes={"version": "1.35"})
    )
    assert (await theatre.up()).ok
    assert theatre.table[1].split()[:5:2] == ["solo", "control-plane", "v1.37.2"]
    said = "\n".join(map(str, theatre.events))
    assert "kubnode" not in said
    assert "kubmaster" not in said
    assert "«" not in said


async def test_a_cluster_of_twenty_machines_builds(state: Path) -> None:
    theatre = Theatre(profile(machines={"workers": 19}))
    assert (await theatre.up()).ok
    assert len(theatre.table) == 21


async def test_a_hundred_servers_open_at_once(state: Path) -> None:
    theatre = Theatre(profile(machines={"workers": 99}, network={"first_address": "192.168.56.2"}))
    provider = make(theatre.plan, theatre.cluster.folder)
    theatre.cluster.create()
    await provider.prepare()
    async with asyncio.timeout(120):
        found = await asyncio.gather(*map(provider.endpoint, theatre.plan.machines))
    assert len({endpoint.port for endpoint in found}) == 100
    assert len({endpoint.key_files for endpoint in found}) == 1


async def test_speed_and_fault_belong_to_one_run(theatre: Theatre) -> None:
    await theatre.up(fault="apt-lock")
    kept = profilefile.load(theatre.cluster.profile)
    assert kept.machines.options == {}


def test_wrong_options_are_refused() -> None:
    with pytest.raises(ProfileError, match="speed is 0"):
        Options.of(Plan(with_options(profile(), speed=0)))
    with pytest.raises(ProfileError, match="not pace"):
        Options.of(Plan(profile(machines={"options": {"rehearsal": {"pace": 1}}})))
    with pytest.raises(UsageError, match="no fault earthquake"):
        Options.of(Plan(with_options(profile(), fault="earthquake")))
    with pytest.raises(UsageError, match="needs a worker"):
        Options.of(Plan(with_options(profile(machines={"workers": 0}), fault="join-unreachable")))


async def test_any_profile_can_be_rehearsed_beside_its_real_cluster(state: Path) -> None:
    real = profile("team").model_copy(update={"provider": "virtualbox"})
    assert rehearsed(real).name == "team-rehearsal"
    folder = Theatre(profile("team")).cluster.folder
    machine = folder / ".vagrant/machines/kubmaster/virtualbox/id"
    machine.parent.mkdir(parents=True)
    machine.write_text("1")
    with pytest.raises(ForeignError, match="has real machines"):
        await Theatre(profile("team")).up()


async def test_a_rehearsed_cluster_cannot_become_a_real_one(theatre: Theatre) -> None:
    await theatre.up()
    with pytest.raises(ProfileError, match="provider was rehearsal and is virtualbox"):
        await up(theatre.profile.model_copy(update={"provider": "virtualbox"}), theatre.events.append, Stop())


async def test_logs_and_output_are_labelled_a_rehearsal(theatre: Theatre, capsys: pytest.CaptureFixture[str]) -> None:
    await theatre.up()
    show = Plain(sys.stdout)
    for event in theatre.events:
        show(event)
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == "This is a rehearsal: it creates no machines and changes nothing on this host."
    assert last == "This was a rehearsal: it creates no machines and changes nothing on this host."
    for machine in theatre.plan.machines:
        assert "a rehearsal" in (theatre.cluster.logs / f"{machine.name}.log").read_text().splitlines()[0]


async def test_recording_a_rehearsal_reproduces_its_recording(theatre: Theatre, tmp_path: Path) -> None:
    chosen = with_options(theatre.profile, speed=FAST)
    scribe = Scribe(theatre.plan, STEPS)
    await up(chosen, theatre.events.append, Stop(), scribe)
    path = tmp_path / "again.jsonl"
    scribe.save(path)
    head, *records = map(json.loads, path.read_text().splitlines())
    assert head["system"] == shipped(theatre.plan).about["system"]
    told = {(each["step"], each["kind"], each["role"]): [text for _, text in each["lines"]] for each in records}
    for (script, kind, role), answer in shipped(theatre.plan).answers.items():
        key = shipped(theatre.plan).steps[script], kind, role
        if kind is not Kind.READ and key[0]:
            # the machines that were recorded had mirrors, and this plan has none
            assert told[key] == [text for _, text in answer.lines if "«mirror" not in text], key


async def test_a_recording_needs_a_run_from_scratch(theatre: Theatre, tmp_path: Path) -> None:
    await theatre.up()
    scribe = Scribe(theatre.plan, STEPS)
    await up(with_options(theatre.profile, speed=FAST), theatre.events.append, Stop(), scribe)
    with pytest.raises(UsageError, match="did not build everything from scratch"):
        scribe.save(tmp_path / "half.jsonl")


async def test_a_rehearsal_calls_what_its_plan_teaches(theatre: Theatre) -> None:
    await theatre.up()
    told: dict[tuple[str, str], list[str]] = {}
    for event in theatre.events:
        if isinstance(event, CommandStarted):
            told.setdefault((event.step, event.machine), []).append(event.text)
    for step in STEPS:
        taught: dict[str, list[str]] = {}
        for machine in (each for each in theatre.plan.machines if step.runs_on(each, theatre.plan)):
            for text in step.teaches.commands(theatre.plan, machine):
                place = ELSEWHERE.search(text)
                taught.setdefault(place[1] if place else machine.name, []).append(text)
        for name in {*taught, *(where for known, where in told if known == step.name)}:
            assert differences(taught.get(name, []), told.get((step.name, name), [])) == [], (step.name, name)
