"""SSH connections to a cluster's machines, with the host keys that it has pinned."""

from __future__ import annotations

from functools import partial

from kubetui.base.text import LineSink
from kubetui.cluster.folder import Cluster
from kubetui.engine.provider import Provider
from kubetui.engine.step import Connect
from kubetui.machines.vagrant import insecure
from kubetui.machines.vagrant.project import vagrant_home
from kubetui.profile.plan import Machine
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.node import Node
from kubetui.remote.ssh import SshNode


def connector(cluster: Cluster, provider: Provider | None = None) -> Connect:
    """Return what opens SSH connections to a cluster's machines, with the host keys that it has pinned.

    A machine that is restarted meanwhile may be reached elsewhere afterwards; the provider is asked.

    A machine of Vagrant's is shown its well-known key once, and has to refuse it.
    """
    keys, met = HostKeys(cluster.host_keys), HostKeys(cluster.host_keys, first_sight=False)

    async def connect(machine: Machine, endpoint: Endpoint, log: LineSink) -> Node:
        renew = partial(provider.fresh_endpoint, machine) if provider else None
        node = SshNode(machine.name, endpoint, met if endpoint.personal else keys, renew=renew)
        await node.connect(log)
        if machine.host is None:
            try:
                await insecure.refuse(machine.name, endpoint, keys, vagrant_home(), log)
            except BaseException:
                await node.close()
                raise
        return node

    return connect
