"""SSH connections to a cluster's machines, with its pinned host keys."""

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
    """Return a function that opens SSH connections to a cluster's machines, with the cluster's pinned host keys.

    With a `provider`, a connection asks it for the endpoint again after a restart, which may change the port.
    Each machine that Vagrant made has to refuse Vagrant's well-known key.
    """
    host_keys, met = HostKeys(cluster.host_keys), HostKeys(cluster.host_keys, first_sight=False)

    async def connect(machine: Machine, endpoint: Endpoint, log: LineSink) -> Node:
        renew = partial(provider.fresh_endpoint, machine) if provider else None
        node = SshNode(machine.name, endpoint, met if endpoint.personal else host_keys, renew=renew)
        await node.connect(log)
        if machine.host is None:
            try:
                await insecure.refuse(machine.name, endpoint, host_keys, vagrant_home(), log)
            except BaseException:
                await node.close()
                raise
        return node

    return connect
