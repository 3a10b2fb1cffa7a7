"""A machine's clock: measuring its offset, describing it, and setting the clock."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.clock import LEEWAY, ahead, told
from kubetui.base.errors import RunError
from kubetui.base.text import LineSink
from kubetui.engine.events import Outcome
from kubetui.engine.step import Task
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.machine.clock import CLOCK, SET, SHOW
from tests.fakes import OK, Bench, FakeNode
from tests.plans import plan

TIMES = st.integers(0, 10**9)


class Clocked(FakeNode):
    """A node whose clock is `off` by some seconds; setting it works unless it is `stuck`."""

    def __init__(self, off: float, *, stuck: bool = False) -> None:
        super().__init__()
        self.off, self.stuck = off, stuck

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        assert command.script == SHOW
        return f"{time.time() + self.off:.9f}\n"

    async def run(self, command: Command, log: object = None) -> Result:
        del log
        assert command.script == SET
        self.calls.append("set")
        if not self.stuck:
            self.off = float(str(command.values["NOW"])) - time.time()
        return OK


def task(node: FakeNode, chosen: Plan | None = None) -> tuple[Task, list[str]]:
    chosen = chosen or plan()
    bench = Bench(chosen, (CLOCK,), node)
    lines: list[str] = []
    return Task(bench.run, CLOCK, chosen.machines[0], lines.append), lines


@given(TIMES, st.integers(0, 600), st.integers(-(10**6), 10**6))
def test_an_offset_within_the_round_trip_time_counts_as_none(asked: int, took: int, off: int) -> None:
    answered = asked + took
    found = ahead(asked + off, asked, answered)
    assert (found == 0) == (0 <= off <= took)
    assert found <= 0 if off <= took else found == off - took


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-86400.0, "24 hours behind"),
        (-46800.4, "13 hours behind"),
        (119.4, "119 seconds ahead"),
        (-172800.0, "2 days behind"),
    ],
)
def test_an_offset_is_described_in_a_natural_unit(seconds: float, words: str) -> None:
    assert told(seconds) == words


@pytest.mark.parametrize("off", [0.0, -LEEWAY / 2, LEEWAY / 2])
async def test_a_correct_clock_is_left_alone(off: float) -> None:
    node = Clocked(off)
    work, lines = task(node)
    assert await CLOCK.run(work) is Outcome.UNCHANGED
    assert (node.calls, lines) == ([], [])


@pytest.mark.parametrize("off", [-86400.0, 50000.0])
async def test_a_wrong_clock_is_set_once(off: float) -> None:
    node = Clocked(off)
    work, lines = task(node)
    assert await CLOCK.run(work) is Outcome.DONE
    assert node.calls == ["set"]
    assert lines == [f"its clock is {told(off)}: setting it to this computer's time"]


async def test_a_clock_that_cannot_be_set_is_an_error() -> None:
    node = Clocked(-46800.0, stuck=True)
    work, _ = task(node)
    with pytest.raises(RunError, match="The clock of kubmaster is 13 hours behind") as caught:
        await CLOCK.run(work)
    assert (caught.value.id, node.calls) == ("CLOCK", ["set"])


async def test_the_clock_of_an_existing_machine_is_never_set() -> None:
    hosts = [{"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}]
    existing = {"schema": 1, "name": "lab", "provider": "hosts", "hosts": hosts}
    node = Clocked(-46800.0)
    work, _ = task(node, Plan(Profile.model_validate(existing)))
    with pytest.raises(RunError, match="13 hours behind") as caught:
        await CLOCK.run(work)
    assert "set-ntp" in caught.value.fix
    assert node.calls == []


async def test_a_machine_that_does_not_print_the_time_is_an_error() -> None:
    work, _ = task(FakeNode())
    with pytest.raises(RunError, match="does not tell the time"):
        await CLOCK.run(work)
