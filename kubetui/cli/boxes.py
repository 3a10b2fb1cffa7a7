"""`kubetui boxes`, the boxes that it builds, and the prepared box that `kubetui up --keep-box` makes."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict, replace
from pathlib import Path

from kubetui.base.errors import StoppedError
from kubetui.base.net.trust import trusting
from kubetui.cli import output as outputs
from kubetui.cli.asking import passwords
from kubetui.cli.audience import Meter, at_once, followed, say
from kubetui.cli.language.formats import Form, Table, write_document, write_table
from kubetui.cli.options import UpOptions
from kubetui.cluster.folder import Cluster, is_name
from kubetui.operations.boxes import make as boxmaker
from kubetui.operations.boxes import store
from kubetui.operations.boxes.cloud import build as builder
from kubetui.operations.boxes.cloud.build import Built
from kubetui.operations.boxes.store import Box as Prepared
from kubetui.operations.connect import connector
from kubetui.profile import authorities
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.schema.profile import Profile
from kubetui.software.images import CATALOGUE, Source


def boxes(form: Form) -> int:
    """List the prepared and the built boxes; see `cli.commands.boxes`."""
    built, prepared = builder.listing(), store.listing()
    if form.document:
        write_document({"built": [*map(asdict, built)], "prepared": [*map(asdict, prepared)]}, form)
        return 0
    rows = [
        (each.system, *_made(each), f"{CATALOGUE[each.system].title}, {each.provider}: machines.box: {each.name}")
        for each in built
    ]
    rows += [(each.key, *_made(each), _prepared(each)) for each in prepared]
    write_table(Table(("BOX", "MADE", "SIZE", "WHAT IT IS"), rows), form)
    if not prepared:
        say("There are no prepared boxes. Make one: kubetui boxes make PROFILE")
    return 0


def _made(box: Built | Prepared) -> tuple[str, str]:
    return time.strftime("%Y-%m-%d", time.localtime(box.made)), f"{box.size / 1e9:.1f} GB"


def _prepared(box: Prepared) -> str:
    stale = "" if box.current else ", stale: its base box changed"
    return f"Kubernetes {box.kubernetes}, {box.network}, {box.provider}, from {box.base}{stale}"


def make(name: str) -> int:
    """Make a prepared box; see `cli.commands.make_box`."""
    cluster = Cluster(name) if is_name(name) else None
    built = cluster is not None and cluster.exists
    keep(profilefile.load_built(cluster) if cluster and built else profilefile.load(library.find(name)))
    return 0


def keep(profile: Profile, options: UpOptions | None = None) -> None:
    """Make the prepared box of a profile, and print how to use it."""
    passwords(profile)
    output = outputs.output(replace(options or UpOptions(), verbose=False))

    async def make() -> str:
        with followed(output) as (attended, stop):
            return await boxmaker.make(profile, connector, attended, say, stop)

    name = asyncio.run(make())
    if options is None or not options.quiet:
        say(f"{name} is ready. Use it: kubetui up PROFILE --prepared-box")


def build(name: str, *, provider: str | None, source: Source, again: bool, ca: str | None = None) -> int:
    """Build a box from a cloud image; see `cli.commands.build_box`."""
    system = builder.system_of(name)
    chosen = provider or builder.default_provider()
    more = authorities.pem(authorities.of_file(Path(ca).expanduser())) if ca else ""

    async def work() -> str:
        stop = at_once()
        with Meter() as meter, stop.cancels_this(), trusting(more):
            return await builder.build(system, chosen, meter.say, meter, source=source, again=again)

    try:
        box = asyncio.run(work())
    except StoppedError as error:
        error.fix = "Run the same command again: a download goes on where it stopped."
        raise
    say(f"{box} is ready. Use it in a profile: machines.box: {box}")
    return 0


def remove(key: str) -> int:
    """Remove a prepared or built box; see `cli.commands.remove_box`."""
    asyncio.run(builder.remove(CATALOGUE[key], say) if key in CATALOGUE else store.remove(key, say))
    say(f"{key} is gone.")
    return 0
