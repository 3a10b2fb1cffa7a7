"""`kubetui image load`, `kubetui image list` and `kubetui image remove`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kubetui.base.errors import ExitCode
from kubetui.base.files import named, room
from kubetui.base.text import counted
from kubetui.cli import hosts
from kubetui.cli.audience import Overwritten, awaited, complain, say
from kubetui.cli.language.formats import Form, Table, write_document, write_table
from kubetui.cluster.folder import Cluster, existing
from kubetui.machines.hosts.access import Access
from kubetui.operations.extras.images import load as operation
from kubetui.operations.extras.images import local
from kubetui.operations.extras.images import remove as removing
from kubetui.operations.extras.images.archive import Archive
from kubetui.operations.extras.images.load import Outcome
from kubetui.operations.extras.images.names import advice, full
from kubetui.operations.extras.images.site import refuse
from kubetui.operations.extras.images.stored import Row
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan

_STEPS: Final = 4
"""Lines for each machine elsewhere."""
_MEGABYTE: Final = 1_000_000
_SHORT: Final = 12
"""Digits of a digest in a table, as container tools show them."""


class Bars:
    """Shows how much of a load each machine has, on standard error.

    On a terminal it is one line that is written over, elsewhere and where `plain` a line for every quarter.
    """

    def __init__(self, *, plain: bool) -> None:
        self._line = Overwritten(plain=plain)
        self._have: dict[str, tuple[int, int]] = {}
        self._told: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line.possible and self._have:
            self._line.show(self.line(), last=True)
        self._line.end()

    def __call__(self, machine: str, have: int, total: int) -> None:
        """Show how many bytes a machine has got, and how many it will get."""
        self._have[machine] = (have, total)
        if self._line.possible:
            self._line.show(self.line())
        elif total and (step := _STEPS * have // total) > self._told.get(machine, 0):
            self._told[machine] = step
            complain(f"  {machine} {_share(have, total)}, {_amount(have, total)}")

    def line(self) -> str:
        """Return the line for a terminal.

        >>> bars = Bars(plain=True); bars("a", 1_000_000, 4_000_000); bars("b", 0, 0); bars.line()
        '  a 25 %  b 100 %  1 of 4 MB'
        """
        each = "".join(f"{machine} {_share(*amount)}  " for machine, amount in self._have.items())
        have, total = (sum(column) for column in zip(*self._have.values(), strict=True))
        return f"  {each}{_amount(have, total)}"


def _share(have: int, total: int) -> str:
    return f"{100 * have // total if total else 100} %"


def _amount(have: int, total: int) -> str:
    unit, size = _unit(total)
    return f"{have / size:.0f} of {total / size:.0f} {unit}"


def _size(number: int) -> str:
    unit, size = _unit(number)
    return f"{number / size:.0f} {unit}"


def _unit(number: int) -> tuple[str, float]:
    return ("MB", 1e6) if number >= _MEGABYTE else ("kB", 1e3)


def load(name: str, source: str, form: Form, *, called: str, plain: bool) -> int:
    """Load an image into every machine; see `cli.extras.commands.load`."""
    cluster, access = _asked(name)
    path = local.archive_of(source)
    with ExitStack() as stack:
        if path is None:
            path = stack.enter_context(_saved(cluster, source))
        with named(path):
            archive = stack.enter_context(Archive(path))
        with Bars(plain=plain) as bars:
            outcome = awaited(lambda: operation.load(cluster, archive, bars, access, called))
    _say_troubles(outcome.troubles)
    if form.document:
        write_document(_document(name, outcome), form)
    else:
        for line in _lines(name, outcome):
            say(line)
    return _code(outcome.loaded, outcome.troubles)


def show(name: str, form: Form, *, everything: bool) -> int:
    """List the images; see `cli.extras.commands.list_`."""
    cluster, access = _asked(name)
    found = awaited(lambda: removing.listed(cluster, access))
    rows = [row for row in found.rows if everything or not row.own]
    _say_troubles(found.troubles)
    if form.document:
        document = {"cluster": name, "images": [asdict(row) for row in rows], "unread": dict(found.troubles)}
        write_document(document, form)
    else:
        write_table(_table(rows, found.machines), form)
        hidden = len(found.rows) - len(rows)
        if hidden and form is not Form.NAME:
            say(f"{counted(hidden, 'image')} of the cluster itself not shown; --all shows them.")
    return ExitCode.UNHEALTHY if found.troubles else ExitCode.OK


def remove(name: str, image: str, form: Form) -> int:
    """Remove an image; see `cli.extras.commands.remove`."""
    cluster, access = _asked(name)
    found = awaited(lambda: removing.remove(cluster, image, access))
    _say_troubles(found.troubles)
    machines = [machine for row in found.rows for machine in row.machines]
    if form.document:
        document = {"cluster": name, "image": full(image), "removed": machines, "failed": dict(found.troubles)}
        write_document(document, form)
    else:
        say(f"Removed {full(image)} from {', '.join(machines) or 'no machine'}.")
    return _code(machines, found.troubles)


def _asked(name: str) -> tuple[Cluster, Access | None]:
    """Return a cluster and the access to its machines, if they are somebody's. Raises UsageError for a rehearsal."""
    cluster = existing(name)
    plan = Plan(profilefile.load_built(cluster))
    refuse(plan)
    return cluster, hosts.meet(plan, accept_host_keys=False)


@contextmanager
def _saved(cluster: Cluster, image: str) -> Iterator[Path]:
    """Save an image of Docker or Podman on this host, for as long as it is loaded."""
    engine = awaited(lambda: local.engine_with(image))
    with room(cluster.folder), local.place(cluster.folder) as path:
        say(f"  Saving {image} from {engine.name} ...")
        awaited(lambda: local.save(engine, image, path))
        yield path


def _say_troubles(troubles: Mapping[str, str]) -> None:
    for machine, why in troubles.items():
        say(f"  {machine}: {why}")


def _code(done: Sized, troubles: Mapping[str, str]) -> ExitCode:
    if not troubles:
        return ExitCode.OK
    return ExitCode.PARTLY if done else ExitCode.RUN


def _lines(name: str, outcome: Outcome) -> Iterator[str]:
    for machine, each in outcome.loaded.items():
        got = f"{_size(each.sent)} in {counted(each.pieces, 'piece')}" if each.pieces else "has it already"
        yield f"{machine:<16} {got}"
    for image in outcome.names if outcome.loaded else ():
        ids = outcome.ids(image)
        where = counted(len(outcome.loaded), "machine")
        same = f"the same on {where}: {ids[0]}" if len(ids) == 1 else f"for several processors, on {where}"
        yield f"{image} is {same}"
        yield from (f"  {line}" for line in advice(image))
    if outcome.troubles:
        yield f"Run it again for the others: what is there is not sent again. Their state: kubetui status {name}"


def _document(name: str, outcome: Outcome) -> Mapping[str, object]:
    return {
        "cluster": name,
        "images": list(outcome.names),
        "loaded": [
            {"machine": machine, "pieces": each.pieces, "sent": each.sent, "ids": dict(each.ids)}
            for machine, each in outcome.loaded.items()
        ],
        "failed": dict(outcome.troubles),
    }


def _table(rows: Sequence[Row], machines: int) -> Table:
    cells = []
    for row in rows:
        where = "all" if len(row.machines) == machines else ", ".join(row.machines)
        whose = "the cluster" if row.own else "you"
        digest = row.id.removeprefix("sha256:")
        cells.append((row.name, f"{row.size / 1e6:.1f} MB", digest[:_SHORT], where, whose, row.id))
    return Table(("IMAGE", "SIZE", "ID", "MACHINES", "BROUGHT BY", "DIGEST"), cells, more=1)
