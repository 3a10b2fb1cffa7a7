"""`kubetui stop`, `kubetui start` and `kubetui restart`."""

from __future__ import annotations

from functools import partial

from kubetui.base.errors import ExitCode
from kubetui.cli.clusters import run, settled
from kubetui.cli.maintain.running import watched
from kubetui.cli.options import UpOptions
from kubetui.cluster.folder import existing
from kubetui.operations.maintain.power import refuse_hosts, shut_down
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan


def stop(name: str, options: UpOptions) -> int:
    """Shut a cluster's machines down; see `cli.maintain.commands.stop`."""
    cluster = existing(name)
    refuse_hosts(Plan(profilefile.load_built(cluster)))
    return watched(options, partial(shut_down, cluster))


def start(name: str, options: UpOptions) -> int:
    """Start a cluster's machines; see `cli.maintain.commands.start`."""
    return run(settled(profilefile.load_built(existing(name)), options), name, options)


def restart(name: str, options: UpOptions) -> int:
    """Stop a cluster, then start it."""
    code = stop(name, options)
    return start(name, options) if code == ExitCode.OK else code
