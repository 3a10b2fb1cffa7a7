"""Serialising starts: one by one, or together after the first."""

import asyncio

import pytest

from kubetui.machines.vagrant.turns import Turns
from kubetui.profile.schema.kinds import Starts


class Machines:
    """Three machines that start at once and record when."""

    def __init__(self, starts: Starts, *, shares: bool) -> None:
        self.turns = Turns(starts)
        self.shares = shares
        self.said: list[str] = []

    async def start(self, name: str, *, fails: bool = False) -> None:
        async with self.turns.turn() as shared:
            self.said.append(f"{name} begins")
            await asyncio.sleep(0)
            if fails:
                raise OSError(name)
            if self.shares:
                shared()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            self.said.append(f"{name} ends")

    async def all(self, *, fails: str = "") -> list[str]:
        await asyncio.gather(*(self.start(name, fails=name == fails) for name in "abc"), return_exceptions=True)
        return self.said


@pytest.mark.parametrize("shares", [False, True])
async def test_one_by_one_never_overlaps(*, shares: bool) -> None:
    said = await Machines(Starts.ONE_BY_ONE, shares=shares).all()
    assert said == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


async def test_the_first_start_is_alone_until_it_ends() -> None:
    said = await Machines(Starts.FIRST_ALONE, shares=False).all()
    assert said == ["a begins", "a ends", "b begins", "c begins", "b ends", "c ends"]


async def test_others_start_once_the_shared_parts_exist() -> None:
    said = await Machines(Starts.FIRST_ALONE, shares=True).all()
    assert said[0] == "a begins"
    assert said.index("b begins") < said.index("a ends")
    assert said.index("c begins") < said.index("a ends")


@pytest.mark.parametrize("starts", Starts)
async def test_after_a_failed_first_start_the_next_is_alone(starts: Starts) -> None:
    machines = Machines(starts, shares=False)
    said = await machines.all(fails="a")
    assert said == ["a begins", "b begins", "b ends", "c begins", "c ends"]
    async with asyncio.timeout(60), machines.turns.turn():
        pass
