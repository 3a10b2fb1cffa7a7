"""Labels and taints on the nodes: what the script changes, what it remembers, and what it leaves alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubetui.base.text import LineSink
from kubetui.engine.events import Outcome, TaskId
from kubetui.engine.step import Task, WorkState
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.cluster.labels import LABEL_NODES, LABELS_APPLY, LABELS_PROBE
from tests.fakes import Bench, FakeNode
from tests.plans import plan
from tests.steps.box import Box, state

KUBECTL = f"""#!{sys.executable} -SE
import json, os, sys
path = os.path.join(os.environ["TMPDIR"], "nodes.json")
nodes = json.load(open(path))
verb, *words = sys.argv[1:]
def place(text):
    key, _, effect = text.rpartition(":")
    return key.partition("=")[0] + ":" + effect
if verb == "get":
    for name, node in nodes.items():
        for key, value in node["label"].items():
            print("has", name, "label", key + "=" + value)
        for taint in node["taint"].values():
            print("has", name, "taint", taint)
        for key, value in node["annotate"].items():
            if key.startswith("kubetui/"):
                kind = key.removeprefix("kubetui/")
                place = "own {{{{$node}}}} " + kind.removesuffix("s")
                quoted = place + ' {{{{printf "%q" $value}}}}' in sys.argv[-1]
                print("own", name, kind.removesuffix("s"), json.dumps(value) if quoted else value)
    sys.exit()
with open(os.environ["TMPDIR"] + "/calls", "a") as calls:
    print(verb, *words, file=calls)
left = os.environ["TMPDIR"] + "/left"
if os.path.exists(left):
    number = int(open(left).read())
    open(left, "w").write(str(number - 1))
    if number <= 0:
        sys.exit("the machine is gone")
kind, name, *words = [word for word in words if word != "--overwrite"]
held = nodes[name][verb]
for word in words:
    if word.endswith("-"):
        del held[word[:-1]]
    elif verb == "taint":
        held[place(word)] = word
    else:
        key, _, value = word.partition("=")
        held[key] = value
json.dump(nodes, open(path, "w"))
"""
"""Stands in for kubectl with nodes in a file; it fails after as many changes as the file `left` allows."""


class Nodes:
    """A cluster's nodes, and the script that labels them."""

    def __init__(self, box: Box, *names: str) -> None:
        self.box = box
        self.path = box.write("tmp/nodes.json", json.dumps({name: self.new() for name in names}))
        (box.bin / "kubectl").write_text(KUBECTL)
        (box.bin / "kubectl").chmod(0o755)

    @staticmethod
    def new() -> dict[str, dict[str, str]]:
        return {"label": {"kubernetes.io/os": "linux"}, "taint": {}, "annotate": {"node.alpha.kubernetes.io/ttl": "0"}}

    def read(self) -> dict[str, dict[str, dict[str, str]]]:
        found: dict[str, dict[str, dict[str, str]]] = json.loads(self.path.read_text())
        return found

    def by_hand(self, name: str, kind: str, held: Mapping[str, str]) -> None:
        nodes = self.read()
        nodes[name][kind].update(held)
        self.path.write_text(json.dumps(nodes))

    def values(self, *wanted: str) -> dict[str, str]:
        return {"NODES": "\n".join(self.read()), "WANTED": "\n".join(wanted)}

    def probe(self, *wanted: str) -> WorkState:
        return state(self.box.run(Command(LABELS_PROBE, self.values(*wanted))))

    def apply(self, *wanted: str, new: str = "") -> int:
        return self.box.run(Command(LABELS_APPLY, {**self.values(*wanted), "NEW": new})).returncode

    def up(self, *wanted: str, new: str = "") -> None:
        assert self.apply(*wanted, new=new) == 0
        assert self.probe(*wanted) is WorkState.DONE

    def labels(self, name: str = "a") -> dict[str, str]:
        return {key: value for key, value in self.read()[name]["label"].items() if key != "kubernetes.io/os"}

    def taints(self, name: str = "a") -> list[str]:
        return sorted(self.read()[name]["taint"].values())

    def owned(self, name: str = "a") -> dict[str, str]:
        return {key: value for key, value in self.read()[name]["annotate"].items() if key.startswith("kubetui/")}

    def changes(self) -> list[str]:
        path = self.box.root / "tmp/calls"
        said = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return said


def test_labels_and_taints_are_set_once_and_remembered(box: Box) -> None:
    nodes = Nodes(box, "a", "b")
    wanted = ("a label disk=ssd", "a label example.org/zone=", "a taint d=x:NoSchedule", "b taint d:NoExecute")
    assert nodes.probe(*wanted) is WorkState.ABSENT
    nodes.up(*wanted)
    assert nodes.labels() == {"disk": "ssd", "example.org/zone": ""}
    assert (nodes.taints("a"), nodes.taints("b")) == (["d=x:NoSchedule"], ["d:NoExecute"])
    assert nodes.owned() == {"kubetui/labels": "disk=ssd,example.org/zone=", "kubetui/taints": "d=x:NoSchedule"}
    assert nodes.owned("b") == {"kubetui/taints": "d:NoExecute"}
    nodes.changes()
    nodes.up(*wanted)
    assert nodes.changes() == []


def test_what_the_profile_no_longer_names_is_removed_and_what_a_person_set_stays(box: Box) -> None:
    nodes = Nodes(box, "a")
    nodes.by_hand("a", "label", {"mine": "1"})
    nodes.by_hand("a", "taint", {"mine:NoSchedule": "mine:NoSchedule"})
    nodes.up("a label disk=ssd", "a label gpu=yes", "a taint d=x:NoSchedule", "a taint d:NoExecute")
    nodes.up("a label gpu=no", "a taint d=y:NoSchedule")
    assert nodes.labels() == {"mine": "1", "gpu": "no"}
    assert nodes.taints() == ["d=y:NoSchedule", "mine:NoSchedule"]
    nodes.up()
    assert (nodes.labels(), nodes.taints(), nodes.owned()) == ({"mine": "1"}, ["mine:NoSchedule"], {})


def test_a_label_that_a_person_had_set_before_the_profile_named_it_is_never_removed(box: Box) -> None:
    nodes = Nodes(box, "a")
    nodes.by_hand("a", "label", {"disk": "ssd"})
    nodes.by_hand("a", "taint", {"d:NoSchedule": "d=x:NoSchedule"})
    assert nodes.probe("a label disk=ssd", "a taint d=x:NoSchedule") is WorkState.DONE
    nodes.up("a label disk=ssd", "a taint d=x:NoSchedule")
    nodes.up()
    assert (nodes.labels(), nodes.taints()) == ({"disk": "ssd"}, ["d=x:NoSchedule"])


def test_a_label_that_a_person_changed_afterwards_is_not_removed(box: Box) -> None:
    nodes = Nodes(box, "a")
    nodes.up("a label disk=ssd")
    nodes.by_hand("a", "label", {"disk": "tape"})
    nodes.up()
    assert (nodes.labels(), nodes.owned()) == ({"disk": "tape"}, {})


def test_taints_that_kubeadm_set_as_a_node_joined_are_kubetuis(box: Box) -> None:
    nodes = Nodes(box, "a", "b")
    for name in "ab":
        nodes.by_hand(name, "taint", {"d:NoSchedule": "d:NoSchedule"})
    nodes.up("a taint d:NoSchedule", "b taint d:NoSchedule", new="b")
    assert (nodes.owned("a"), nodes.owned("b")) == ({}, {"kubetui/taints": "d:NoSchedule"})
    nodes.up()
    assert (nodes.taints("a"), nodes.taints("b")) == (["d:NoSchedule"], [])


@pytest.mark.parametrize("changes", range(7))
def test_an_interruption_anywhere_leaves_nothing_behind(box: Box, changes: int) -> None:
    nodes = Nodes(box, "a")
    nodes.by_hand("a", "label", {"mine": "1"})
    nodes.up("a label old=1", "a taint old:NoSchedule")
    wanted = ("a label disk=ssd", "a taint d=x:NoSchedule")
    left = box.write("tmp/left", str(changes))
    assert nodes.apply(*wanted) == (0 if changes == 6 else 1)
    left.unlink()
    nodes.up(*wanted)
    assert (nodes.labels(), nodes.taints()) == ({"mine": "1", "disk": "ssd"}, ["d=x:NoSchedule"])
    nodes.up()
    assert (nodes.labels(), nodes.taints(), nodes.owned()) == ({"mine": "1"}, [], {})


def test_an_annotation_that_someone_else_wrote_names_no_other_nodes_labels(box: Box) -> None:
    nodes = Nodes(box, "a", "b")
    forged = "x=1\nwant b label evil=1\nown b label mine=1"
    nodes.by_hand("a", "annotate", {"kubetui/labels": forged, "kubetui/taints": forged})
    nodes.by_hand("b", "label", {"mine": "1"})
    nodes.up("a label disk=ssd")
    assert (nodes.labels("a"), nodes.labels("b")) == ({"disk": "ssd"}, {"mine": "1"})
    assert (nodes.owned("a"), nodes.owned("b")) == ({"kubetui/labels": "disk=ssd"}, {})


def test_the_probe_says_what_is_left_to_do_or_that_nobody_answers(box: Box) -> None:
    nodes = Nodes(box, "a")
    done = box.run(Command(LABELS_PROBE, nodes.values("a label disk=ssd")))
    assert done.stdout == "left to do: annotate a kubetui/labels=disk=ssd\n"
    box.program("kubectl", "exit 1")
    done = box.run(Command(LABELS_PROBE, {"NODES": "a", "WANTED": "a label disk=ssd"}))
    assert (state(done), done.stdout) == (WorkState.ABSENT, "the API server does not answer\n")
    assert box.run(Command(LABELS_APPLY, {"NODES": "a", "WANTED": "a label x=y", "NEW": ""})).returncode != 0


KEYS, VALUES = st.sampled_from("pq"), st.sampled_from(["", "1", "2"])
ITEMS = st.dictionaries(KEYS, VALUES)
BOXES = count()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.tuples(ITEMS, ITEMS), min_size=1, max_size=4))
def test_a_node_has_what_the_profile_names_and_what_people_set(
    tmp_path: Path, rounds: list[tuple[dict[str, str], dict[str, str]]]
) -> None:
    """Each round a person sets labels by hand, then `up` applies a profile, which wins."""
    folder = tmp_path / str(next(BOXES))
    folder.mkdir()
    nodes = Nodes(Box(folder), "a")
    ours: dict[str, str] = {}
    for by_hand, profile in rounds:
        nodes.by_hand("a", "label", by_hand)
        before = nodes.labels()
        nodes.up(*(f"a label {key}={value}" for key, value in profile.items()))
        dropped = {key for key, value in ours.items() if key not in profile and before.get(key) == value}
        assert nodes.labels() == {key: value for key, value in before.items() if key not in dropped} | profile
        ours = {key: value for key, value in profile.items() if before.get(key) != value or ours.get(key) == value}
    nodes.up()
    assert nodes.owned() == {}


# when the step runs


LABELLED = plan(workers=1, machines={"worker": {"labels": {"disk": "ssd"}}})


def test_a_profile_without_labels_and_taints_has_no_such_step() -> None:
    made = plan()
    assert not LABEL_NODES.runs_on(made.control_plane, made)
    assert LABEL_NODES.recipe(made, made.control_plane).apply is None
    once = Plan(made.profile, labelled=True)
    assert LABEL_NODES.runs_on(once.control_plane, once)
    command = LABEL_NODES.recipe(once, once.control_plane).apply
    assert command is not None
    assert command.values == {"NODES": "kubmaster\nkubnode1\nkubnode2", "WANTED": "", "NEW": ""}


def test_kubeadms_own_taint_is_left_to_kubeadm_where_there_are_workers() -> None:
    taints = ["node-role.kubernetes.io/control-plane:NoSchedule", "d:PreferNoSchedule"]
    for workers, expected in ((1, taints[1:]), (0, taints)):
        made = plan(workers=workers, machines={"control_plane": {"taints": taints}})
        command = LABEL_NODES.recipe(made, made.control_plane).apply
        assert command is not None
        assert str(command.values["WANTED"]).splitlines() == [f"kubmaster taint {taint}" for taint in expected]


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def task_on(node: FakeNode) -> Task:
    bench = Bench(LABELLED, (LABEL_NODES,), node)
    bench.run.cluster.create()
    return Task(bench.run, LABEL_NODES, bench.plan.control_plane, lambda _line: None)


async def test_a_labelled_cluster_is_only_looked_at() -> None:
    node = FakeNode(probes=[Result(0, ())])
    task = task_on(node)
    assert await LABEL_NODES.run(task) is Outcome.UNCHANGED
    assert len(node.calls) == 1
    assert not task.run.cluster.labelled.exists()


class Listening(FakeNode):
    """A control plane that keeps what it is told to do."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Command] = []

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        self.given.append(command)
        return await super().carry_out(task, command, log)


async def test_new_nodes_are_named_and_the_cluster_remembers_that_it_is_labelled() -> None:
    node = Listening()
    task = task_on(node)
    task.run.outcomes[TaskId("join", "kubnode1")] = Outcome.DONE
    task.run.outcomes[TaskId("init", "kubmaster")] = Outcome.UNCHANGED
    assert await LABEL_NODES.run(task) is Outcome.DONE
    assert [command.values["NEW"] for command in node.given] == ["kubnode1"]
    assert task.run.cluster.labelled.exists()
