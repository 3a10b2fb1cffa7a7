"""The commands and their flags. Each imports what it needs when it runs, as in `cli.main`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from kubetui.cli.exits import friendly
from kubetui.cli.maintain.commands import shown
from kubetui.cli.options import UpOptions


@click.group()
def image() -> None:
    """Bring images from this host into a cluster without a registry, list them, or remove them."""


@image.command()
@click.argument("name")
@click.argument("source", metavar="IMAGE|FILE")
@click.option("--as", "called", default="", metavar="IMAGE", help="What to call the image of a FILE.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--plain", is_flag=True, help="Only whole lines, without a line that is written over.")
@friendly
def load(name: str, source: str, *, called: str, as_json: bool, plain: bool) -> int:
    """Load an image into every machine of a cluster.

    IMAGE is a name that Docker or Podman on this host knows; FILE is what docker save or podman save wrote. Machines
    get only what they lack. Exit code 7 if some machines did not get it.
    """
    from kubetui.cli.extras.images import load as command

    return command(name, source, called=called, as_json=as_json, plain=plain)


@image.command(name="list")
@click.argument("name")
@click.option("--all", "everything", is_flag=True, help="Also those that the cluster itself needs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def list_(name: str, *, everything: bool, as_json: bool) -> int:
    """List the images on the machines of a cluster."""
    from kubetui.cli.extras.images import show as command

    return command(name, everything=everything, as_json=as_json)


@image.command()
@click.argument("name")
@click.argument("image_name", metavar="IMAGE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def remove(name: str, image_name: str, *, as_json: bool) -> int:
    """Remove an image from every machine of a cluster, unless a container uses it."""
    from kubetui.cli.extras.images import remove as command

    return command(name, image_name, as_json=as_json)


@click.command()
@click.argument("name")
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


@click.group()
def addon() -> None:
    """Install what makes a cluster of more use, or remove it without a trace."""


@addon.command(name="list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def list_addons(name: str, *, as_json: bool) -> int:
    """List the add-ons there are, and which of them a cluster has."""
    from kubetui.cli.extras.addons import show as command

    return command(name, as_json=as_json)


@addon.command(name="add")
@click.argument("name")
@click.argument("add_on", metavar="ADDON")
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


@addon.command(name="remove")
@click.argument("name")
@click.argument("add_on", metavar="ADDON")
@click.option("--yes", is_flag=True, help="Do not ask.")
@shown
@friendly
def remove_addon(name: str, add_on: str, *, yes: bool, options: UpOptions) -> int:
    """Remove an add-on from a cluster: its objects, and its images and folders on every machine.

    Refused while something uses it, such as claims for volumes.
    """
    from kubetui.cli.extras.addons import remove as command

    return command(name, add_on, replace(options, yes=yes))


@click.group()
def lesson() -> None:
    """Learn on a cluster that runs: train a model, serve it, scale it, break it, roll it out."""


@lesson.command(name="list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def list_lessons(name: str, *, as_json: bool) -> int:
    """List the lessons, and which of them were started or passed their check."""
    from kubetui.cli.extras.lessons import show as command

    return command(name, as_json=as_json)


@lesson.command()
@click.argument("name")
@click.argument("lesson_name", metavar="LESSON")
@click.option("--to", type=click.Path(path_type=Path), metavar="FOLDER", help="Where its files go; ./lessons/LESSON.")
@click.option(
    "--image", default="", metavar="IMAGE", help="An image with Python and scikit-learn, instead of your own."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def start(name: str, lesson_name: str, *, to: Path | None, image: str, as_json: bool) -> int:
    """Write a lesson's files, and say its goal, what is missing first, and what to type.

    Files that you changed stay as they are. Everything that a lesson makes goes into the namespace lessons.
    """
    from kubetui.cli.extras.lessons import start as command

    return command(name, lesson_name, to, image, as_json=as_json)


@lesson.command()
@click.argument("name")
@click.argument("lesson_name", metavar="LESSON")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def check(name: str, lesson_name: str, *, as_json: bool) -> int:
    """Say whether a lesson is done, whichever way you took, or what is missing. Exit code 8 while it is not."""
    from kubetui.cli.extras.lessons import check as command

    return command(name, lesson_name, as_json=as_json)


@lesson.command()
@click.argument("name")
@click.argument("lesson_name", metavar="LESSON")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@friendly
def reset(name: str, lesson_name: str, *, yes: bool, as_json: bool) -> int:
    """Take away what a lesson and those after it made; for the first, the whole namespace lessons.

    Shows it first, and asks. Files that you changed stay, and are named.
    """
    from kubetui.cli.extras.lessons import reset as command

    return command(name, lesson_name, yes=yes, as_json=as_json)


COMMANDS = (image, tunnel, addon, lesson)
