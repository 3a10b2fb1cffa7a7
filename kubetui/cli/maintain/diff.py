"""`kubetui diff` and `kubetui mend`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubetui.base.errors import ExitCode
from kubetui.base.text import harmless
from kubetui.cli import hosts
from kubetui.cli.asking import passwords
from kubetui.cli.audience import awaited, say, tell
from kubetui.cli.language.formats import Form, write_document
from kubetui.cli.maintain.running import watched
from kubetui.cli.options import UpOptions
from kubetui.cluster.folder import existing
from kubetui.machines.hosts.access import Access
from kubetui.operations.maintain import diff as operation
from kubetui.operations.maintain.diff import Difference, Differences
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile


def diff(name: str, form: Form) -> int:
    """Show what differs; see `cli.maintain.commands.diff`."""
    cluster = existing(name)
    access = _asked(profilefile.load_built(cluster))
    seen = awaited(lambda: operation.diff(cluster, access))
    for machine, why in seen.unread.items():
        say(f"{machine}: {why}")
    if form.document:
        document = {
            "cluster": name,
            "differences": [_document(name, each) for each in seen.found],
            "unread": dict(seen.unread),
        }
        write_document(document, form)
    else:
        for line in _lines(name, seen):
            tell(line)
    return ExitCode.UNHEALTHY if seen.found or seen.unread else ExitCode.OK


def mend(name: str, steps: Sequence[str], options: UpOptions) -> int:
    """Mend what differs; see `cli.maintain.commands.mend`."""
    cluster = existing(name)
    names = list(steps)
    operation.chosen(names)
    access = _asked(profilefile.load_built(cluster))
    return watched(options, lambda sink, stop: operation.mend(cluster, names, sink, stop, access))


def _asked(profile: Profile) -> Access | None:
    """Ask for the passwords that looking needs, and for access to existing machines."""
    passwords(profile)
    return hosts.meet(Plan(profile), accept_host_keys=False)


def _lines(name: str, seen: Differences) -> Iterator[str]:
    for each in seen.found:
        yield harmless(f"{each.machine}  {each.step.title}: {each.detail or 'it is not done'}")
        yield f"  {_mending(name, each) or 'kubetui does not change that.'}"
    if len({each.step.name for each in seen.found if each.mendable}) > 1:
        yield f"All of it: kubetui mend {name}"
    if not seen.found and not seen.unread:
        yield f"{name} is as planned."


def _mending(name: str, difference: Difference) -> str:
    """Return the command that mends a difference, or nothing."""
    return f"kubetui mend {name} {difference.step.name}" if difference.mendable else ""


def _document(name: str, difference: Difference) -> dict[str, object]:
    return {
        "machine": difference.machine,
        "step": difference.step.name,
        "title": difference.step.title,
        "detail": difference.detail,
        "mend": _mending(name, difference) or None,
    }
