"""A command on its way: from a machine's output to the event, without secrets, and into logs, JSON and plain output."""

import io
import json
from contextlib import closing
from pathlib import Path

import pytest

from kubetui.base.redaction import Secret
from kubetui.base.text import CommandText, harmless
from kubetui.cli.output import JsonLines, Plain
from kubetui.engine.events import CommandStarted, Event, Line, Outcome, TaskFinished
from kubetui.engine.step import Recipe, Task
from kubetui.record.logs import Logs
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from tests.fakes import Bench, FakeNode, step
from tests.plans import plan


async def says(task: Task) -> Outcome:
    task.log(CommandText("kubeadm init --token abcdef.0123456789abcdef --password c4nary-word"))
    task.log("its output")
    task.first_log(CommandText("kubeadm token create"))
    return Outcome.DONE


async def run(*sinks: object) -> list[Event]:
    Secret("c4nary-word")
    bench = Bench(plan(workers=1), (step("one", run=says),), FakeNode(), FakeNode())

    def sink(event: Event) -> None:
        bench.events.append(event)
        for each in sinks:
            each(event)  # type: ignore[operator]

    await bench.execute(sink)
    return bench.events


async def test_a_command_becomes_an_event_of_its_own_without_secrets() -> None:
    events = await run()
    told = [event for event in events if isinstance(event, CommandStarted)]
    assert [(each.machine, each.step, each.text) for each in told] == [
        ("kubmaster", "one", "kubeadm init --token ******** --password ********"),
        ("kubmaster", "one", "kubeadm token create"),
        ("kubnode1", "one", "kubeadm init --token ******** --password ********"),
        ("kubmaster", "one", "kubeadm token create"),
    ]
    assert {each.kind for each in told} == {"command"}
    assert [event.text for event in events if isinstance(event, Line)] == ["its output"] * 2


async def test_logs_and_outputs_show_a_command_with_a_dollar_sign(tmp_path: Path) -> None:
    plain, verbose, lines = io.StringIO(), io.StringIO(), io.StringIO()
    with closing(Logs(tmp_path)) as logs:
        await run(logs, Plain(plain), Plain(verbose, verbose=True), JsonLines(lines))
    log = (tmp_path / "kubmaster.log").read_text()
    assert " one: $ kubeadm init --token ******** --password ********\n" in log
    assert " one: $ kubeadm token create\n" in log
    assert "kubmaster    $ kubeadm token create\n" in verbose.getvalue()
    assert "$" not in plain.getvalue()
    records = [each for line in lines.getvalue().splitlines() if (each := json.loads(line)).get("kind") == "command"]
    assert {each["event"] for each in records} == {"CommandStarted"}
    assert records[1]["text"] == "kubeadm token create"
    assert sorted(records[0]) == ["at", "event", "kind", "machine", "step", "text"]


async def test_a_failure_names_the_command_as_it_was_called() -> None:
    failed = Result(1, ("E: no",), (), "crictl pull registry.k8s.io/pause:3.10")
    recipe = Recipe(Command('there "$image" || retry 5 run crictl pull "$image" || fail "no image"\n'))
    bench = Bench(plan(workers=0), (step("one", recipe=recipe),), FakeNode(applies=[failed]))
    await bench.execute()
    assert bench.failure().command == "crictl pull registry.k8s.io/pause:3.10"


@pytest.mark.parametrize(
    "line", ['there "$image" || retry 5 crictl pull "$image"', "[[ $found == $wanted ]]", "fail no"]
)
async def test_an_internal_of_a_script_is_no_command(line: str) -> None:
    script = f'there() {{ crictl inspecti "$1"; }}\n{line}\n'
    bench = Bench(
        plan(workers=0),
        (step("one", recipe=Recipe(Command(script))),),
        FakeNode(applies=[Result(1, ("E: no",), (2,))]),
    )
    await bench.execute()
    (event,) = [event for event in bench.events if isinstance(event, TaskFinished)]
    assert event.command == ""


def test_a_command_keeps_its_dollar_sign_where_lines_are_printed() -> None:
    assert harmless(CommandText("vagrant up\x07")) == "$ vagrant up␇"
    assert harmless("vagrant up") == "vagrant up"
