"""`kubetui boxes`, the boxes that it builds, and the prepared box that `kubetui up --keep-box` makes."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from functools import partial
from types import TracebackType
from typing import Final, Self

import click

from kubetui.base.errors import StoppedError
from kubetui.base.text import harmless
from kubetui.cli import output as outputs
from kubetui.cli.asking import passwords
from kubetui.cli.audience import complain, followed, on_signals, say
from kubetui.cluster.folder import Cluster, is_name
from kubetui.operations.boxes import make as boxmaker
from kubetui.operations.boxes import store
from kubetui.operations.boxes.cloud import build as builder
from kubetui.operations.connect import connector
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.schema.profile import Profile
from kubetui.software.images import CATALOGUE, Source

_REFRESH: Final = 0.2
"""Seconds between two updates of the line on a terminal."""


def boxes() -> int:
    """List the prepared and the built boxes; see `cli.main.boxes`."""
    for base in builder.listing():
        made = time.strftime("%Y-%m-%d", time.localtime(base.made))
        title = CATALOGUE[base.system].title
        size = f"{base.size / 1e9:.1f} GB"
        click.echo(
            harmless(f"{base.system:<16}  {made}  {size:>7}  {title}, {base.provider}: machines.box: {base.name}")
        )
    found = store.listing()
    for box in found:
        made = time.strftime("%Y-%m-%d", time.localtime(box.made))
        size = f"{box.size / 1e9:.1f} GB"
        stale = "" if box.current else "  stale: its base box changed"
        what = f"Kubernetes {box.kubernetes}, {box.network}, {box.provider}, from {box.base}"
        click.echo(harmless(f"{box.key}  {made}  {size:>7}  {what}{stale}"))
    if not found:
        click.echo("There are no prepared boxes. Make one: kubetui boxes make PROFILE")
    return 0


def make(name: str) -> int:
    """Make a prepared box; see `cli.main.make_box`."""
    cluster = Cluster(name) if is_name(name) else None
    built = cluster is not None and cluster.exists
    keep(profilefile.load_built(cluster) if cluster and built else profilefile.load(library.find(name)))
    return 0


def keep(profile: Profile, *, as_json: bool = False) -> None:
    """Make the prepared box of a profile, and print how to use it."""
    passwords(profile)
    output = outputs.output(as_json=as_json, verbose=False)
    told = partial(say, err=as_json)

    async def make() -> str:
        with followed(output) as (attended, stop):
            return await boxmaker.make(profile, connector, attended, told, stop)

    name = asyncio.run(make())
    told(f"{name} is ready. Use it: kubetui up PROFILE --prepared-box")


def build(name: str, *, provider: str | None, source: Source, again: bool) -> int:
    """Build a box from a cloud image; see `cli.main.build_box`."""
    system = builder.system_of(name)
    chosen = provider or builder.default_provider()

    async def work() -> str:
        task = asyncio.current_task()
        with Meter() as meter:
            if task:
                once = _Once(task)
                on_signals(once, hung_up=once)
            try:
                return await builder.build(system, chosen, meter.say, meter, source=source, again=again)
            except asyncio.CancelledError:
                raise StoppedError(
                    "No box was built.", fix="Run the same command again: a download goes on where it stopped."
                ) from None

    box = asyncio.run(work())
    say(f"{box} is ready. Use it in a profile: machines.box: {box}")
    return 0


class _Once:
    """Cancels a task at the first signal; a second one would interrupt the clean-up."""

    def __init__(self, task: asyncio.Task[object]) -> None:
        self._task = task
        self._called = False

    def __call__(self) -> None:
        if not self._called:
            self._called = True
            self._task.cancel()


def remove(key: str) -> int:
    """Remove a prepared or built box; see `cli.main.remove_box`."""
    asyncio.run(builder.remove(CATALOGUE[key], say) if key in CATALOGUE else store.remove(key, say))
    say(f"{key} is gone.")
    return 0


class Meter:
    """Prints a download's progress to standard error and other lines to standard output, from any thread.

    On a terminal it is one line that is written over, elsewhere a line for every tenth.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._terminal = sys.stderr.isatty()
        self._open = False
        self._shown = 0.0
        self._tenth = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._close()

    def __call__(self, have: int, total: int | None) -> None:
        """Show how much of a download is there."""
        with self._lock:
            if self._terminal:
                self._draw(have, total)
            elif total and (tenth := 10 * have // total) > self._tenth:
                self._tenth = tenth
                complain(amount(have, total))

    def say(self, line: str) -> None:
        """Print a line of its own."""
        with self._lock:
            self._close()
            say(line)

    def _draw(self, have: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._shown < _REFRESH and have != total:
            return
        self._shown = now
        self._open = True
        sys.stderr.write(f"\r{amount(have, total)}\x1b[K")
        sys.stderr.flush()

    def _close(self) -> None:
        """End the line that is written over."""
        if self._open:
            self._open = False
            sys.stderr.write("\n")
            sys.stderr.flush()


def amount(have: int, total: int | None) -> str:
    """Return how much is there in words.

    >>> amount(150_000_000, 600_000_000)
    '  25 %, 150 of 600 MB'
    """
    if not total:
        return f"  {have / 1e6:.0f} MB"
    return f"  {100 * have // total} %, {have / 1e6:.0f} of {total / 1e6:.0f} MB"
