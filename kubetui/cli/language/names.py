"""Names that a shell completes: clusters, profiles, machines, steps, faults, add-ons, lessons and boxes.

Each looks only at what it needs, and a name that cannot be told is left out: a shell has no place for an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(names: Callable[[click.Context], Iterable[str]]) -> Completer:
    """Return what completes a word to one of these names that the command line does not have yet."""

    def complete(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
        from kubetui.base.errors import KubetuiError

        try:
            return [CompletionItem(name) for name in sorted(set(names(ctx))) if name.startswith(begun)]
        except (KubetuiError, OSError):
            return []

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
    from kubetui.profile.files import library

    return library.names()


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


def _providers(_ctx: click.Context) -> Iterable[str]:
    from kubetui.profile.schema.kinds import PROVIDERS

    return PROVIDERS


clusters = _completer(_clusters)
machines = _completer(_machines)
profiles = _completer(_profiles)
steps = _completer(_steps)
turns = _completer(_turns)
faults = _completer(_faults)
addons = _completer(_addons)
lessons = _completer(_lessons)
snapshots = _completer(_snapshots)
systems = _completer(_systems)
explained = _completer(_explained)
pages = _completer(_pages)
providers = _completer(_providers)
