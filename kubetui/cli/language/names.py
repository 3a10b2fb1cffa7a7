"""Names that a shell completes: clusters, profiles, machines, steps, faults, add-ons, lessons and boxes.

Each looks only at what it needs, and a name that cannot be told is left out: a shell has no place for an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completes(names: Callable[[click.Context], Iterable[str]]) -> Completer:
    """Make what returns names into what completes a word to one of them that it does not follow already."""

    def complete(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
        from kubetui.base.errors import KubetuiError

        # of an argument that takes several words, those before this one
        before = ctx.params.get(param.name or "") if param.nargs == -1 else None
        try:
            known = sorted({*names(ctx)} - {*(before or ())})
        except (KubetuiError, OSError):
            return []
        return [CompletionItem(name) for name in known if name.startswith(begun)]

    return complete


@completes
def clusters(_ctx: click.Context) -> Iterable[str]:
    """Return the clusters there are."""
    from kubetui.cluster.folder import all_names

    return all_names()


@completes
def machines(ctx: click.Context) -> Iterable[str]:
    """Return the machines of the cluster that was named before."""
    from kubetui.cluster.folder import existing
    from kubetui.profile.files.file import load_built
    from kubetui.profile.plan import Plan

    return [machine.name for machine in Plan(load_built(existing(ctx.params["name"]))).machines]


@completes
def _profiles(_ctx: click.Context) -> Iterable[str]:
    from kubetui.cluster.folder import all_names
    from kubetui.profile.files import library

    return (*library.names(), *all_names())


@completes
def steps(_ctx: click.Context) -> Iterable[str]:
    """Return the steps of a run."""
    from kubetui.steps.build import ALL

    return [step.name for step in ALL]


@completes
def turns(_ctx: click.Context) -> Iterable[str]:
    """Return the steps that a person can do by hand."""
    from kubetui.steps.build import STEPS

    return [step.name for step in STEPS if step.turn is not None]


@completes
def faults(_ctx: click.Context) -> Iterable[str]:
    """Return the faults that a rehearsal can simulate."""
    from kubetui.machines.rehearsal.faults import FAULTS

    return FAULTS


@completes
def addons(_ctx: click.Context) -> Iterable[str]:
    """Return the add-ons there are."""
    from kubetui.software.addons import CATALOGUE

    return CATALOGUE


@completes
def lessons(_ctx: click.Context) -> Iterable[str]:
    """Return the lessons there are."""
    from kubetui.software.lessons import CATALOGUE

    return CATALOGUE


@completes
def snapshots(ctx: click.Context) -> Iterable[str]:
    """Return the snapshots of the cluster that was named before."""
    from kubetui.cluster import snapshots
    from kubetui.cluster.folder import existing

    return snapshots.read(existing(ctx.params["name"])).labels


@completes
def systems(_ctx: click.Context) -> Iterable[str]:
    """Return the systems of which boxes are built."""
    from kubetui.software.images import CATALOGUE

    return CATALOGUE


@completes
def explained(_ctx: click.Context) -> Iterable[str]:
    """Return what can be explained."""
    from kubetui.explain.plain import names

    return names()


@completes
def pages(_ctx: click.Context) -> Iterable[str]:
    """Return the pages of the documentation."""
    from kubetui.cli.docs.pages import made, written

    return [page.name for page in (*written(), *made(str))]


@completes
def boxes(_ctx: click.Context) -> Iterable[str]:
    """Return the boxes that kubetui made."""
    from kubetui.operations.boxes import store
    from kubetui.operations.boxes.cloud import build

    return (*(box.system for box in build.listing()), *(box.key for box in store.listing()))


@completes
def commands(ctx: click.Context) -> Iterable[str]:
    """Return the commands below those that were named before."""
    group = ctx.find_root().command
    for word in ctx.params.get("words") or ():
        group = group.commands.get(word, group) if isinstance(group, click.Group) else group
    return group.commands if isinstance(group, click.Group) else ()


@completes
def providers(_ctx: click.Context) -> Iterable[str]:
    """Return the kinds of machines there are."""
    from kubetui.profile.schema.kinds import PROVIDERS

    return PROVIDERS


def profiles(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete a word to a profile, to a cluster, which stands for its own, or to a file that the shell finds."""
    return [*_profiles(ctx, param, begun), CompletionItem(begun, type="file")]
