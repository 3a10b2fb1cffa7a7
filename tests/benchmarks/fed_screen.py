"""The measured half of `bench_logpane.py`: the run screen of many machines whose logs grow."""

import asyncio
import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App

from kubetui.base.redaction import redact
from kubetui.base.text import LineCutter
from kubetui.engine.events import Event, Line, RunFinished, RunStarted, Sink, TaskStarted
from kubetui.engine.order import tasks_of
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Machines, Profile
from kubetui.record.logs import Logs
from kubetui.steps.build import STEPS
from screens.log.screen import LogScreen
from screens.run.panes.markedrows import MarkedRows
from screens.run.screen import RunScreen
from screens.run.session import Session
from screens.terminal.theme import STYLES, TERMINAL
from screens.threads import Threads
from tests.benchmarks.ssh_feed import SshFeed

TEXT = "[{number}] Unpacking package-{number}_1.36.1-1.1_amd64.deb over an older one, and saying so at some length\n"
BLOCK = 10
"""How many lines of a machine arrive at once."""
ACTIONS = (
    (MarkedRows, "action_move"),
    (LogScreen, "action_wrap"),
    (LogScreen, "action_page"),
    (LogScreen, "action_clock"),
)


class Feed:
    """Stands in for the engine: cuts, cleans and redacts bytes, writes them to disk, and sends them to the screen."""

    def __init__(self, rate: int, folder: Path) -> None:
        self.rate = rate
        self.logs = Logs(folder)
        self.fed = 0

    async def __call__(self, profile: Profile, sink: Sink, stop: Stop, _turns: Turns) -> RunFinished:
        def both(event: Event) -> None:
            self.logs(event)
            sink(event)

        plan = Plan(profile)
        names = [machine.name for machine in plan.machines]
        tasks = tasks_of(STEPS, plan)
        both(RunStarted(time.time(), profile.name, tuple(names), tasks))
        for task in tasks[: len(names)]:
            both(TaskStarted(time.time(), task, "Install kubelet, kubeadm and kubectl", "Because.", "a source"))
        cutters = {name: LineCutter() for name in names}
        began = time.monotonic()
        while not stop.requested:
            due = int((time.monotonic() - began) * self.rate)
            while self.fed + BLOCK <= due:
                name = names[(self.fed // BLOCK) % len(names)]
                data = "".join(TEXT.format(number=self.fed + number) for number in range(BLOCK))
                for text in cutters[name].feed(data.encode()):
                    both(Line(time.time(), name, "kubernetes", redact(text)))
                self.fed += BLOCK
            await asyncio.sleep(0.005)
        return RunFinished(time.time(), profile.name, 0, ok=False, changed=0, failed=0, blocked=0, stopped=True)


class Measured(App[None]):
    """An app that shows the run screen for a given number of seconds."""

    CSS = STYLES

    def __init__(self, make: Callable[[], RunScreen], seconds: float, *, together: bool) -> None:
        super().__init__()
        self.register_theme(TERMINAL)
        self.theme = TERMINAL.name
        self.make, self.seconds, self.together = make, seconds, together

    def on_mount(self) -> None:
        screen = self.make()
        self.push_screen(screen)
        self.set_timer(self.seconds, lambda: self.finish(screen))
        if self.together:
            self.set_timer(0.5, screen.action_everyone)

    def finish(self, screen: RunScreen) -> None:
        screen.session.wind_down()
        self.exit()


def watch(owner: type[Any], name: str, handled: list[float], painted: list[float]) -> None:
    """Record when an action has run, and when the screen shows it."""
    original = getattr(owner, name)

    def wrapper(self: Any, *args: object) -> None:
        original(self, *args)
        handled.append(time.monotonic())
        self.app.call_after_refresh(lambda: painted.append(time.monotonic()))

    setattr(owner, name, wrapper)


def main(machines: int, rate: int, seconds: float, together: bool, result: Path, ssh: bool) -> None:  # noqa: FBT001
    """Run the screen and write the measurements."""
    handled: list[float] = []
    painted: list[float] = []
    for owner, name in ACTIONS:
        watch(owner, name, handled, painted)
    profile = Profile(name="bench", machines=Machines(workers=machines - 1))
    # the connections end on their own, so let them end a little before the screen does
    feed = SshFeed(rate, seconds - 5, result.parent) if ssh else Feed(rate, result.parent)
    Measured(lambda: RunScreen(profile, Threads(), make=lambda it: Session(it, feed)), seconds, together=together).run()
    for thread in threading.enumerate():
        if thread.name.startswith("kubetui"):
            thread.join()
    feed.logs.close()
    disk = sum("kubernetes: [" in line for file in result.parent.glob("*.log") for line in file.open())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"handled": handled, "painted": painted, "fed": feed.fed, "disk": disk, "peak": peak}
    result.write_text(json.dumps(found))


if __name__ == "__main__":
    main(
        int(sys.argv[1]),
        int(sys.argv[2]),
        float(sys.argv[3]),
        sys.argv[4] == "True",
        Path(sys.argv[5]),
        sys.argv[6] == "True",
    )
