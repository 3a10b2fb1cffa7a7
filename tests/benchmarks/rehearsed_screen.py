"""The measured half of `bench_machines.py`: the run screen of a rehearsal."""

import json
import resource
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from textual.app import App

from kubetui.profile.schema.profile import Machines, Profile
from screens.run.screen import RunScreen
from screens.terminal.theme import STYLES, TERMINAL
from screens.threads import Threads
from tests.benchmarks.fed_screen import ACTIONS, watch

NAME = "bench"


class Rehearsed(App[None]):
    """An app that shows a run to its end without stand-ins: plan, engine, SSH, servers and logs are real."""

    CSS = STYLES

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.register_theme(TERMINAL)
        self.theme = TERMINAL.name
        self.threads = Threads()
        self.run_screen = RunScreen(profile, self.threads)

    def on_mount(self) -> None:
        self.push_screen(self.run_screen)
        self.set_interval(0.1, self.look)

    def look(self) -> None:
        session = self.run_screen.session
        if session.began and not session.running:
            self.exit()


def main(machines: int, speed: float, result: Path) -> None:
    """Run the screen and write the measurements."""
    handled: list[float] = []
    painted: list[float] = []
    for owner, name in ACTIONS:
        watch(owner, name, handled, painted)
    options = {"rehearsal": {"speed": speed}}
    profile = Profile(name=NAME, provider="rehearsal", machines=Machines(workers=machines - 1, options=options))
    app = Rehearsed(profile)
    app.run()
    app.threads.finish(lambda text: sys.exit(f"the run did not end: {text}"))
    session = app.run_screen.session
    session.drain()
    finished = session.progress.finished
    assert finished is not None, session.error
    assert finished.ok, session.progress.failures
    # each log line starts with its time, to the second
    seconds = Counter(line[:19] for file in session.log_folder.glob("*.log") for line in file.open("rb"))
    used = resource.getrusage(resource.RUSAGE_SELF)
    found: dict[str, Any] = {
        "handled": handled,
        "painted": painted,
        "seconds": finished.seconds,
        "lines": seconds.total(),
        "busiest": max(seconds.values()),
        "cost": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1024,
    }
    result.write_text(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
