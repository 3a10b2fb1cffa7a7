"""`kubetui tunnel`."""

from __future__ import annotations

from kubetui.base.errors import ConnectionLostError, ExitCode, StoppedError
from kubetui.base.text import counted
from kubetui.cli import hosts
from kubetui.cli.audience import awaited, say, tell
from kubetui.cluster.folder import Cluster, existing
from kubetui.machines.hosts.access import Access
from kubetui.operations.extras.tunnel import tunnel as operation
from kubetui.operations.extras.tunnel.tunnel import Wanted
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan


def tunnel(name: str, wanted: Wanted) -> int:
    """Keep a tunnel open until Ctrl+C; see `cli.extras.commands.tunnel`."""
    cluster = existing(name)
    plan = Plan(profilefile.load_built(cluster))
    operation.refuse(plan)
    access = hosts.meet(plan, accept_host_keys=False)
    try:
        awaited(lambda: _kept(cluster, wanted, access))
    except StoppedError:
        say("The tunnel is closed.")
    return ExitCode.OK


async def _kept(cluster: Cluster, wanted: Wanted, access: Access | None) -> None:
    async with operation.opened(cluster, wanted, access) as tunnel:
        tell(tunnel.place)
        behind = counted(tunnel.target.ready, "endpoint")
        say(f"  leads to {wanted.service}, port {tunnel.target.port}, {behind} ready. Ctrl+C closes it.")
        await tunnel.lost()
    raise ConnectionLostError(
        f"The connection to the control plane of {cluster.name} was lost.",
        fix=f"See how it is: kubetui status {cluster.name}. Then open the tunnel again.",
    )
