"""The machine's clock: compared with this computer's, and set once if it is off."""

from __future__ import annotations

import time
from typing import Final

from kubetui.base import clock
from kubetui.base.errors import RunError
from kubetui.engine.events import Outcome
from kubetui.engine.step import Step, Task, Where, no_recipe
from kubetui.remote.command import Command
from kubetui.steps.machine import taught
from kubetui.steps.machine.start import FACTS

SHOW: Final = "date +%s.%N\n"
SET: Final = 'run date --utc --set="@$NOW"\n'
EXISTING = "kubetui never sets the clock of an existing machine. Run there: timedatectl set-ntp true"
STUCK = "Find out what else sets it: the hypervisor's guest tools, or a wrong time server."


async def _check(task: Task) -> Outcome:
    off = await _ahead(task)
    if abs(off) <= clock.LEEWAY:
        return Outcome.UNCHANGED
    name, made = task.machine.name, task.machine.host is None
    if made:
        task.log(f"its clock is {clock.told(off)}: setting it to this computer's time")
        done = await task.node.run(Command(SET, {"NOW": f"{time.time():.3f}"}), task.log)
        off = await _ahead(task)
        if done.ok and abs(off) <= clock.LEEWAY:
            return Outcome.DONE
    raise RunError(f"The clock of {name} is {clock.told(off)}.", fix=STUCK if made else EXISTING, id="CLOCK")


async def _ahead(task: Task) -> float:
    asked = time.time()
    text = await task.node.read(Command(SHOW))
    try:
        return clock.ahead(float(text), asked, time.time())
    except ValueError as error:
        raise RunError(f"{task.machine.name} does not tell the time: {text.strip()}", id="CLOCK") from error


CLOCK = Step(
    name="clock",
    title="Compare the clock",
    why="Certificates and signed package lists are valid for a period; a machine that slept may be hours behind.",
    source="kubernetes.io, PKI certificates and requirements",
    where=Where.EVERY,
    needs=(FACTS,),
    recipe=no_recipe,
    run=_check,
    installs=False,
    teaches=taught.CLOCK,
)
