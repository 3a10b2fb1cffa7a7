"""`kubetui boxes`, the boxes that it builds, and the prepared box that `kubetui up --keep-box` makes."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import click

from kubetui.base.errors import StoppedError
from kubetui.base.text import harmless
from kubetui.cli import output as outputs
from kubetui.cli.asking import passwords
from kubetui.cli.audience import Meter, at_once, followed, say
from kubetui.cluster.folder import Cluster, is_name
from kubetui.operations.boxes import make as boxmaker
from kubetui.operations.boxes import store
from kubetui.operations.boxes.cloud import build as builder
from kubetui.operations.connect import connector
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.schema.profile import Profile
from kubetui.software.images import CATALOGUE, Source


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
        stop = at_once()
        with Meter() as meter, stop.cancels_this():
            return await builder.build(system, chosen, meter.say, meter, source=source, again=again)

    try:
        box = asyncio.run(work())
    except StoppedError as error:
        error.fix = "Run the same command again: a download goes on where it stopped."
        raise
    say(f"{box} is ready. Use it in a profile: machines.box: {box}")
    return 0


def remove(key: str) -> int:
    """Remove a prepared or built box; see `cli.main.remove_box`."""
    asyncio.run(builder.remove(CATALOGUE[key], say) if key in CATALOGUE else store.remove(key, say))
    say(f"{key} is gone.")
    return 0
