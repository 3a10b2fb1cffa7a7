"""Running a recipe: probe, apply, probe again, and the errors when one of them fails."""

from kubetui.base.errors import LostTrackError
from kubetui.engine.events import Line, Outcome
from kubetui.engine.recipe import finding, unit_name
from kubetui.engine.step import Recipe, Task
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from tests.fakes import Bench, FakeNode, done, step
from tests.plans import plan

RECIPE = Recipe(apply=Command("apply"), probe=Command("probe"))
ABSENT = Result(10, ("not there",))


async def followed(node: FakeNode, recipe: Recipe = RECIPE) -> Bench:
    bench = Bench(plan(workers=0), (step("one", recipe=recipe),), node)
    await bench.execute()
    return bench


async def test_completed_work_is_skipped() -> None:
    bench = await followed(node := FakeNode())
    assert node.calls == ["run probe"]
    assert bench.finished() == {"kubmaster/one": Outcome.UNCHANGED}


async def test_work_that_was_found_done_is_looked_at_again_after_a_step_that_it_needs_did_something() -> None:
    for before, calls in ((ABSENT, ["carry out before", "run first", "run probe"]), (Result(0, ()), [])):
        first = step("first", recipe=Recipe(apply=Command("before"), probe=Command("first")))
        bench = Bench(plan(workers=0), (first, step("one", first, recipe=RECIPE)), node := FakeNode())
        for name, answer in (("first", before), ("one", Result(0, ()))):
            bench.run.findings["kubmaster", name] = finding(answer.exit_status, answer.last)
        await bench.execute()
        assert node.calls == calls


async def test_missing_work_is_done_and_probed_again() -> None:
    bench = await followed(node := FakeNode(probes=[ABSENT]))
    assert node.calls == ["run probe", "carry out apply", "run probe"]
    assert bench.finished() == {"kubmaster/one": Outcome.DONE}


async def test_foreign_work_is_refused() -> None:
    bench = await followed(node := FakeNode(probes=[Result(12, ("it is another's",))]))
    assert node.calls == ["run probe"]
    assert bench.failure().error_id == "FOREIGN"
    assert bench.failure().error == "kubmaster: it is another's."


async def test_a_failing_probe_counts_as_work_to_do() -> None:
    assert (await followed(FakeNode(probes=[Result(127, ())]))).finished() == {"kubmaster/one": Outcome.DONE}


async def test_the_step_fails_if_the_probe_still_reports_missing_work_after_apply() -> None:
    bench = await followed(FakeNode(probes=[ABSENT, ABSENT]))
    assert bench.failure().error_id == "VERIFY"
    assert "its probe disagrees: not there." in bench.failure().error


async def test_a_failure_is_explained_from_the_output() -> None:
    answer = Result(100, ("E: Version '1.36.99-*' for 'kubelet' was not found",))
    bench = await followed(FakeNode(probes=[ABSENT], applies=[answer]))
    assert bench.failure().error == '"One" failed on kubmaster: the repository does not offer kubelet 1.36.99-*.'
    assert bench.failure().error_id == "VERSION-MISSING"
    assert bench.failure().tail == answer.lines


async def test_after_a_restart_only_missing_work_is_repeated() -> None:
    lost = LostTrackError("It was restarted.")
    bench = await followed(node := FakeNode(probes=[ABSENT], applies=[lost]))
    assert node.calls == ["run probe", "carry out apply", "run probe"]
    assert bench.lines() == ["It was restarted. Checking with the probe."]
    bench = await followed(node := FakeNode(probes=[ABSENT, ABSENT], applies=[lost]))
    assert node.calls == ["run probe", "carry out apply", "run probe", "carry out apply", "run probe"]
    assert bench.finished() == {"kubmaster/one": Outcome.DONE}


def test_a_units_name_depends_on_its_script_and_values() -> None:
    bench = Bench(plan(workers=0), (one := step("one", run=done),))
    task = Task(bench.run, one, bench.plan.machines[0], print)
    names = {unit_name(task, Command(script, {"A": value})) for script in ("x", "y") for value in ("1", "2")}
    assert len(names) == 4
    assert all(name.startswith("one-") and len(name) == 12 for name in names)


TOKEN = "abcdef.0123456789abcdef"  # noqa: S105


async def test_tokens_are_redacted_in_lines_errors_and_tails() -> None:
    said = (f"join --token {TOKEN}", f"error: token {TOKEN} is wrong")
    bench = Bench(plan(workers=0), (step("join", recipe=RECIPE),), FakeNode(probes=[ABSENT], applies=[Result(1, said)]))
    await bench.execute()
    failure = bench.failure()
    assert "token ******** is wrong" in failure.error
    assert len(failure.tail) == 2
    assert not [event for event in bench.events if TOKEN in repr(event)]


async def test_a_fact_about_the_whole_run_is_said_once_and_to_everyone() -> None:
    async def tell(task: Task) -> Outcome:
        task.say_once("it is tried as it is")
        task.log("looked")
        return Outcome.DONE

    bench = Bench(plan(), (step("one", run=tell), step("two", run=tell)))
    await bench.execute()
    lines = [event for event in bench.events if isinstance(event, Line)]
    assert [event.text for event in lines if event.notice] == ["it is tried as it is"]
    assert [event.text for event in lines if not event.notice] == ["looked"] * 6
