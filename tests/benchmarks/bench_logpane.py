"""How long a key press waits while the logs of many machines grow; run it by hand.

    python tests/benchmarks/bench_logpane.py [--machines 50] [--rate 10000] [--seconds 15] [--all]

The run screen runs on a terminal of its own (a pty of 120 by 40). A thread feeds bytes through the same
code as the engine's: cut, cleaned, redacted, written to disk, put into the buffers. Keys are typed into
the terminal; a press counts from that moment until its action has run, and until the screen is painted.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import pty
import resource
import select
import struct
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path

KEYS = b"jkjkw\x1b[5~\x1b[5~jktjk"
"""Machines up and down, wrap, pages back, times: what a person does in a log."""
TEXT = "[{number}] Unpacking package-{number}_1.36.1-1.1_amd64.deb over an older one, and saying so at some length\n"


def child(arguments: argparse.Namespace, result: str) -> None:
    """Run the screen, and feed it."""
    from textual.app import App

    from kubetui.events import Event, Line, RunFinished, RunStarted, Sink, TaskStarted
    from kubetui.engine import Stop
    from kubetui.logs import Logs
    from kubetui.pipeline import tasks_of
    from kubetui.plan import Plan
    from kubetui.profile import Machines, Profile
    from kubetui.steps import STEPS
    from kubetui.text import Lines, redact
    from screens.logscreen import LogScreen
    from screens.machinelist import MachineList
    from screens.run import RunScreen
    from screens.session import Session
    from screens.theme import TERMINAL

    profile = Profile(name="bench", machines=Machines(workers=arguments.machines - 1))
    names = [machine.name for machine in Plan(profile).machines]
    logs_folder = Path(result).parent
    logs = Logs(logs_folder)
    fed = [0]

    async def feed(chosen: Profile, sink: Sink, stop: Stop) -> RunFinished:
        def both(event: Event) -> None:
            logs(event)
            sink(event)

        both(RunStarted(time.time(), chosen.name, tuple(names), tasks_of(STEPS, Plan(chosen))))
        for task in tasks_of(STEPS, Plan(chosen))[: len(names)]:
            both(TaskStarted(time.time(), task, "Install kubelet, kubeadm and kubectl", "Because.", "a source"))
        cutters = {name: Lines() for name in names}
        began = time.monotonic()
        while not stop.requested:
            due = int((time.monotonic() - began) * arguments.rate) - fed[0]
            for index in range(0, due, 10):
                name = names[(fed[0] // 10) % len(names)]
                data = "".join(TEXT.format(number=fed[0] + offset) for offset in range(min(10, due - index)))
                for text in cutters[name].feed(data.encode()):
                    both(Line(time.time(), name, "kubernetes", redact(text)))
                    fed[0] += 1
            await asyncio.sleep(0.005)
        return RunFinished(time.time(), chosen.name, 0, ok=False, changed=0, failed=0, blocked=0, stopped=True)

    handled: list[float] = []
    painted: list[float] = []

    class Measured(App[None]):
        def on_mount(self) -> None:
            self.register_theme(TERMINAL)
            self.theme = TERMINAL.name
            self.screen_under_test = RunScreen(profile, begin=lambda chosen: Session(chosen, feed))
            self.push_screen(self.screen_under_test)
            self.set_timer(arguments.seconds, self.finish)
            if arguments.all:
                self.set_timer(0.5, lambda: self.screen_under_test.action_everyone())

        def finish(self) -> None:
            self.screen_under_test.session.stop()
            self.exit()

    def watched(owner: type, name: str) -> None:
        original = getattr(owner, name)

        def wrapper(self: LogScreen, *args: object) -> None:
            original(self, *args)
            handled.append(time.monotonic())
            self.app.call_after_refresh(lambda: painted.append(time.monotonic()))

        setattr(owner, name, wrapper)

    for owner, name in (
        (MachineList, "action_move"),
        (LogScreen, "action_wrap"),
        (LogScreen, "action_page"),
        (LogScreen, "action_times"),
    ):
        watched(owner, name)
    Measured().run()
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("kubetui")]
    for thread in threads:
        thread.join()
    logs.close()
    disk = sum(1 for file in logs_folder.glob("*.log") for line in file.open() if "kubernetes: [" in line)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Path(result).write_text(
        json.dumps({"handled": handled, "painted": painted, "fed": fed[0], "disk": disk, "peak": peak})
    )


def keys() -> list[bytes]:
    """Cut the keys into presses."""
    found, rest = [], KEYS
    while rest:
        size = 4 if rest.startswith(b"\x1b[5~") else 1
        found.append(rest[:size])
        rest = rest[size:]
    return found


def drive(descriptor: int, seconds: float) -> list[float]:
    """Type, read what the terminal gets, and return when each key was typed."""
    presses, sent = keys(), []
    begin, end = time.monotonic() + 3, time.monotonic() + seconds - 1
    following = begin
    while True:
        ready, _, _ = select.select([descriptor], [], [], 0.005)
        try:
            if ready and not os.read(descriptor, 1 << 20):
                return sent
        except OSError:
            return sent
        now = time.monotonic()
        if following <= now < end:
            sent.append(time.monotonic())
            os.write(descriptor, presses[(len(sent) - 1) % len(presses)])
            following = now + 0.15


def percentile(values: list[float], part: float) -> float:
    """Return a percentile in milliseconds."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--machines", type=int, default=50)
    parser.add_argument("--rate", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--all", action="store_true", help="begin with the logs of all machines in one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = f"{folder}/result.json"
        pid, descriptor = pty.fork()
        if pid == 0:
            os.environ |= {"TERM": "xterm-256color", "XDG_STATE_HOME": folder, "LC_ALL": "C.UTF-8"}
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            child(arguments, result)
            os._exit(0)
        sent = drive(descriptor, arguments.seconds)
        os.waitpid(pid, 0)
        found = json.loads(Path(result).read_text())
    for what in ("handled", "painted"):
        waits = [after - before for before, after in zip(sent, found[what], strict=False)]
        p50, p95 = percentile(waits, 0.5), percentile(waits, 0.95)
        sys.stdout.write(f"{what:<8} {len(waits)} of {len(sent)} keys  p50 {p50:.1f} ms  p95 {p95:.1f} ms\n")
    for press in sorted(set(keys())):
        waits = [
            found["handled"][index] - before
            for index, before in enumerate(sent[: len(found["handled"])])
            if keys()[index % len(keys())] == press
        ]
        sys.stdout.write(f"  {press!r:<12} p50 {percentile(waits, 0.5):.1f} ms  p95 {percentile(waits, 0.95):.1f} ms\n")
    rate = found["fed"] / arguments.seconds
    lost = found["fed"] - found["disk"]
    sys.stdout.write(f"lines    {found['fed']} ({rate:.0f}/s)  lost on disk {lost}\nmemory   {found['peak']:.0f} MiB at most\n")


if __name__ == "__main__":
    main()
