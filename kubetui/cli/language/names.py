"""Names that a shell completes: clusters, profiles, machines, steps, faults, add-ons, lessons and boxes.

Each looks only at what it needs, and a name that cannot be told is left out: a shell has no place for an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(names: Callable[[click.Context], Iterable[str]], *, files: bool = False) -> Completer:
    """Return what completes a word to one of these names that it does not follow already, or to `files`."""

    def complete(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
        from kubetui.base.errors import KubetuiError

        # of an argument that takes several words, those before this one
        before = ctx.params.get(param.name or "") if param.nargs == -1 else None
        try:
            known = sorted({*names(ctx)} - {*(before or ())})
        except (KubetuiError, OSError):
            known = []
        found = [CompletionItem(name) for name in known if name.startswith(begun)]
        return [*found, CompletionItem(begun, type="file")] if files else found

    return complete


def _clusters(_ctx: click.Context) -> Iterable[str]:
    from kubetui.cluster.folder import all_names

    return all_names()


def _machines(ctx: click.Context) -> Iterable[str]:
    from kubetui.cluster.folder import existing
    from kubetui.profile.files.file import load_built
    from kubetui.profile.plan import Plan

    return [machine.name for machine in Plan(load_built(existing(ctx.params["name"]))).machines]


def _profiles(_ctx: click.Context) -> Iterable[str]:
    from kubetui.cluster.folder import all_names
    from kubetui.profile.files import library

    return (*library.names(), *all_names())


def _steps(_ctx: click.Context) -> Iterable[str]:
    from kubetui.steps.build import ALL

    return [step.name for step in ALL]


def _turns(_ctx: click.Context) -> Iterable[str]:
    from kubetui.steps.build import STEPS

    return [step.name for step in STEPS if step.turn is not None]


def _faults(_ctx: click.Context) -> Iterable[str]:
    from kubetui.machines.rehearsal.faults import FAULTS

    return FAULTS


def _addons(_ctx: click.Context) -> Iterable[str]:
    from kubetui.software.addons import CATALOGUE

    return CATALOGUE


def _lessons(_ctx: click.Context) -> Iterable[str]:
    from kubetui.software.lessons import CATALOGUE

    return CATALOGUE


def _snapshots(ctx: click.Context) -> Iterable[str]:
    from kubetui.cluster import snapshots
    from kubetui.cluster.folder import existing

    return snapshots.read(existing(ctx.params["name"])).labels


def _systems(_ctx: click.Context) -> Iterable[str]:
    from kubetui.software.images import CATALOGUE

    return CATALOGUE


def _explained(_ctx: click.Context) -> Iterable[str]:
    from kubetui.explain.plain import names

    return names()


def _pages(_ctx: click.Context) -> Iterable[str]:
    from kubetui.cli.docs.pages import made, written

    return [page.name for page in (*written(), *made(str))]


def _boxes(_ctx: click.Context) -> Iterable[str]:
    from kubetui.operations.boxes import store
    from kubetui.operations.boxes.cloud import build

    return (*(box.system for box in build.listing()), *(box.key for box in store.listing()))


def _commands(ctx: click.Context) -> Iterable[str]:
    group = ctx.find_root().command
    for word in ctx.params.get("words") or ():
        group = group.commands.get(word, group) if isinstance(group, click.Group) else group
    return group.commands if isinstance(group, click.Group) else ()


def _providers(_ctx: click.Context) -> Iterable[str]:
    from kubetui.profile.schema.kinds import PROVIDERS

    return PROVIDERS


clusters = _completer(_clusters)
machines = _completer(_machines)
profiles = _completer(_profiles, files=True)
steps = _completer(_steps)
turns = _completer(_turns)
faults = _completer(_faults)
addons = _completer(_addons)
lessons = _completer(_lessons)
snapshots = _completer(_snapshots)
systems = _completer(_systems)
explained = _completer(_explained)
pages = _completer(_pages)
boxes = _completer(_boxes)
commands = _completer(_commands)
providers = _completer(_providers)
