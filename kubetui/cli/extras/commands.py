"""The commands and their flags. Each imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from kubetui.cli.exits import friendly
from kubetui.cli.language import names
from kubetui.cli.language.common import cluster, shown, yes
from kubetui.cli.language.formats import DOCUMENTS, LISTS, Form, formatted
from kubetui.cli.language.tree import Command, Group
from kubetui.cli.options import UpOptions

_USE = "Use it"


@click.group(
    cls=Group,
    section=_USE,
)
def image() -> None:
    """Bring images from this host into a cluster without a registry, list them, or remove them."""


@image.command(
    examples=(
        ("kubetui image load lab model:1", "An image of Docker's or Podman's on this computer"),
        ("kubetui image load lab model.tar --as model:1", "A file that docker save wrote"),
    ),
)
@cluster
@click.argument("source", metavar="IMAGE|FILE")
@click.option("--as", "called", default="", metavar="IMAGE", help="What to call the image of a FILE.")
@formatted(*DOCUMENTS)
@click.option("--plain", is_flag=True, help="Only whole lines, without a line that is written over.")
@friendly
def load(name: str, source: str, *, called: str, form: Form, plain: bool) -> int:
    """Load an image into every machine of a cluster.

    IMAGE is a name that Docker or Podman on this host knows; FILE is what docker save or podman save wrote. Machines
    get only what they lack. Exit code 7 if some machines did not get it.
    """
    from kubetui.cli.extras.images import load as command

    return command(name, source, form, called=called, plain=plain)


@image.command(
    name="list",
    examples=(
        ("kubetui image list lab", "List what you brought"),
        ("kubetui image list lab --all -o wide", "List all of them, with their digests"),
    ),
)
@cluster
@click.option("--all", "everything", is_flag=True, help="Also those that the cluster itself needs.")
@formatted(*LISTS)
@friendly
def list_(name: str, *, everything: bool, form: Form) -> int:
    """List the images on the machines of a cluster."""
    from kubetui.cli.extras.images import show as command

    return command(name, form, everything=everything)


@image.command(
    examples=(("kubetui image remove lab model:1", "Remove it from every machine"),),
)
@cluster
@click.argument("image_name", metavar="IMAGE")
@formatted(*DOCUMENTS)
@friendly
def remove(name: str, image_name: str, *, form: Form) -> int:
    """Remove an image from every machine of a cluster, unless a container uses it."""
    from kubetui.cli.extras.images import remove as command

    return command(name, image_name, form)


@click.command(
    cls=Command,
    section=_USE,
    examples=(
        ("kubetui tunnel lab web", "Open the service web at a free port"),
        ("kubetui tunnel lab web --local 8080 -n shop", "Open that of the namespace shop at port 8080"),
    ),
)
@cluster
@click.argument("service")
@click.option("--port", default="", metavar="PORT", help="The service's port, by number or name, if it has several.")
@click.option("--namespace", "-n", default="default", help="Where the service is; default unless you say so.")
@click.option(
    "--local", type=click.IntRange(0, 65535), default=0, help="The port of this host; any free one if left out."
)
@friendly
def tunnel(name: str, service: str, *, port: str, namespace: str, local: int) -> int:
    """Open a port of this host that leads to SERVICE in a cluster, until Ctrl+C.

    It goes through SSH to the control plane, and listens on 127.0.0.1 only. The first line is what to open.
    """
    from kubetui.cli.extras.tunnel import tunnel as command
    from kubetui.operations.extras.tunnel.tunnel import Wanted

    return command(name, Wanted(service, namespace, port, local))


@click.group(
    cls=Group,
    section=_USE,
)
def addon() -> None:
    """Install what makes a cluster more useful, or remove it without a trace."""


@addon.command(
    name="list",
    examples=(
        ("kubetui addon list lab", "List them"),
        ("kubetui addon list lab -o json", "The same for a program"),
    ),
)
@cluster
@formatted(*LISTS)
@friendly
def list_addons(name: str, *, form: Form) -> int:
    """List the add-ons there are, and which of them a cluster has."""
    from kubetui.cli.extras.addons import show as command

    return command(name, form)


@addon.command(
    name="add",
    examples=(
        ("kubetui addon add lab storage", "Let claims for volumes be met"),
        (
            "kubetui addon add lab loadbalancer --addresses 192.168.56.200-192.168.56.220",
            "Choose the addresses of services",
        ),
    ),
)
@cluster
@click.argument("add_on", metavar="ADDON", shell_complete=names.addons)
@click.option("--version", metavar="VERSION", help="Another release than the one that kubetui takes.")
@click.option("--url", help="Where its manifest is instead of its project's own place.")
@click.option("--sha256", help="The manifest's checksum, where kubetui knows none for the version.")
@click.option("--addresses", metavar="FIRST-LAST", help="Of loadbalancer: the addresses that it gives to services.")
@click.option("--port", type=int, metavar="PORT", help="Of registry: the NodePort at which every node answers.")
@shown
@friendly
def add_addon(name: str, add_on: str, *, options: UpOptions, **fields: str | int | None) -> int:
    """Install an add-on in a cluster, and prove that the cluster works. Safe to repeat."""
    from kubetui.cli.extras.addons import add as command

    return command(name, {"name": add_on, **fields}, options)


@addon.command(
    name="remove",
    examples=(("kubetui addon remove lab storage", "Show what goes, ask, and remove it"),),
)
@cluster
@click.argument("add_on", metavar="ADDON", shell_complete=names.addons)
@yes
@shown
@friendly
def remove_addon(name: str, add_on: str, *, yes: bool, options: UpOptions) -> int:
    """Remove an add-on from a cluster: its objects, and its images and folders on every machine.

    Refused while something uses it, such as claims for volumes.
    """
    from kubetui.cli.extras.addons import remove as command

    return command(name, add_on, replace(options, yes=yes))


@click.group(
    cls=Group,
    section=_USE,
)
def lesson() -> None:
    """Learn on a cluster that runs: train a model, serve it, scale it, break it, roll it out."""


@lesson.command(
    name="list",
    examples=(("kubetui lesson list lab", "List them"),),
)
@cluster
@formatted(*LISTS)
@friendly
def list_lessons(name: str, *, form: Form) -> int:
    """List the lessons, and which of them were started or passed their check."""
    from kubetui.cli.extras.lessons import show as command

    return command(name, form)


@lesson.command(
    examples=(("kubetui lesson start lab train", "Begin the first one"),),
)
@cluster
@click.argument("lesson_name", metavar="LESSON", shell_complete=names.lessons)
@click.option("--to", type=click.Path(path_type=Path), metavar="FOLDER", help="Where its files go; ./lessons/LESSON.")
@click.option(
    "--image", default="", metavar="IMAGE", help="An image with Python and scikit-learn, instead of your own."
)
@formatted(*DOCUMENTS)
@friendly
def start(name: str, lesson_name: str, *, to: Path | None, image: str, form: Form) -> int:
    """Write a lesson's files, and say its goal, what is missing first, and what to type.

    Files that you changed stay as they are. Everything that a lesson makes goes into the namespace lessons.
    """
    from kubetui.cli.extras.lessons import start as command

    return command(name, lesson_name, to, image, form)


@lesson.command(
    examples=(("kubetui lesson check lab train", "See whether it is done"),),
)
@cluster
@click.argument("lesson_name", metavar="LESSON", shell_complete=names.lessons)
@formatted(*DOCUMENTS)
@friendly
def check(name: str, lesson_name: str, *, form: Form) -> int:
    """Say whether a lesson is done, whichever way you took, or what is missing. Exit code 8 while it is not."""
    from kubetui.cli.extras.lessons import check as command

    return command(name, lesson_name, form)


@lesson.command(
    examples=(("kubetui lesson reset lab train", "Show what goes, ask, and take it back"),),
)
@cluster
@click.argument("lesson_name", metavar="LESSON", shell_complete=names.lessons)
@yes
@formatted(*DOCUMENTS)
@friendly
def reset(name: str, lesson_name: str, *, yes: bool, form: Form) -> int:
    """Take away what a lesson and those after it made; for the first, the whole namespace lessons.

    Shows it first, and asks. Files that you changed stay, and are named.
    """
    from kubetui.cli.extras.lessons import reset as command

    return command(name, lesson_name, form, yes=yes)


COMMANDS = (image, tunnel, addon, lesson)
