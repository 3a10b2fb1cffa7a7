"""A cluster for tests of its home: a folder as a run leaves it, and answers as its control plane gives them."""
# ruff: noqa: E501 - tables as kubectl prints them

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from typing import Any

from textual.pilot import Pilot

from kubetui.base.errors import RunError
from kubetui.cluster.folder import Cluster as Folder
from kubetui.cluster.tables import Table, aligned_table, tabbed_table
from kubetui.engine.events import Event
from kubetui.operations.state import ClusterState, Facts, heard, state_of
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.record.overview import recorded
from kubetui.record.timings import Recorder
from kubetui.remote.node import Result
from kubetui.steps.build import STEPS
from screens.cluster.head import ClusterHead
from screens.cluster.kubetable import KubeTable
from screens.cluster.screen import ClusterScreen
from screens.widgets.lists import RowList
from tests.screens.apps import LARGER, OneScreen, until
from tests.screens.recorded import BEGAN, finished, profile

NODES = """\
NAME        STATUS     ROLES           AGE   VERSION   INTERNAL-IP      EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION     CONTAINER-RUNTIME
kubmaster   Ready      control-plane   3m    v1.36.1   192.168.56.101   <none>        Ubuntu 24.04.2 LTS   6.8.0-52-generic   containerd://1.7.24
kubnode1    Ready      <none>          62s   v1.36.1   192.168.56.102   <none>        Ubuntu 24.04.2 LTS   6.8.0-52-generic   containerd://1.7.24
kubnode2    NotReady   <none>          60s   v1.36.1   192.168.56.103   <none>        Ubuntu 24.04.2 LTS   6.8.0-52-generic   containerd://1.7.24
"""
READY = NODES.replace("NotReady", "Ready   ")
PODS = """\
NAMESPACE      NAME                       READY   STATUS    RESTARTS   AGE   IP               NODE        NOMINATED NODE   READINESS GATES
kube-flannel   kube-flannel-ds-5xk2p      1/1     Running   0          2m    192.168.56.101   kubmaster   <none>           <none>
kube-system    coredns-674b8bbfcf-7xk2d   0/1     Pending   0          2m    <none>           <none>      <none>           <none>
kube-system    etcd-kubmaster             1/1     Running   0          3m    192.168.56.101   kubmaster   <none>           <none>
kube-system    kube-proxy-z7w4f           1/1     Running   0          62s   192.168.56.102   kubnode1    <none>           <none>
"""
CONTAINERS = (
    "NAMESPACE\tPOD\tCONTAINER\tREADY\tRESTARTS\tIMAGE\n"
    "kube-system\tetcd-{node}\tetcd\ttrue\t0\tregistry.k8s.io/etcd:3.6.4-0\n"
)


class Cluster:
    """Answers as a cluster does, until it is `broken`."""

    def __init__(self, nodes: str = READY) -> None:
        self.nodes_text = nodes
        self.broken = False
        self.asked: list[str] = []
        self.result = Result(0, ("the pod hello: Running",))

    async def nodes(self) -> Table:
        if self.broken:
            raise RunError("kubmaster cannot be reached at 10.0.3.12:22: connection refused.")
        return aligned_table(self.nodes_text, BEGAN)

    async def pods(self) -> Table:
        return aligned_table(PODS, BEGAN)

    async def containers(self, node: str) -> Table:
        self.asked.append(node)
        return tabbed_table(CONTAINERS.format(node=node), BEGAN)

    async def logs(self, namespace: str, pod: str) -> str:
        return f"what {namespace}/{pod} wrote"

    async def describe(self, namespace: str, pod: str) -> str:
        if self.broken:
            raise RunError("kubmaster cannot be reached at 10.0.3.12:22: connection refused.")
        return f"Name: {pod}\nNamespace: {namespace}"

    async def attempt(self, script: str, values: Mapping[str, str]) -> Result:
        self.asked.append(f"{sorted(values.items())} {script.splitlines()[0]}")
        return self.result

    def open(self, name: str) -> AbstractAsyncContextManager["Cluster"]:
        assert name == "lab"

        @asynccontextmanager
        async def opened() -> AsyncIterator[Cluster]:
            yield self

        return opened()

    async def judge(self, name: str, nodes: Table | None, silence: str) -> ClusterState:
        """Tell what the cluster is without asking Vagrant."""
        return heard(Folder(name), nodes) if nodes else state_of(Facts(recorded(Folder(name)), silence=silence))

    def app(self) -> OneScreen:
        return OneScreen(lambda: ClusterScreen("lab", opens=self.open, judges=self.judge, now=lambda: BEGAN + 331))


def leave(events: Iterable[Event] | None = None, chosen: Profile | None = None) -> Folder:
    """Make the folder of the cluster lab as these events leave it; without them, as a run that succeeded does."""
    made = Folder("lab")
    made.create()
    built_from = chosen or profile()
    made.profile.write_text(profilefile.dump(built_from))
    times = Recorder(Plan(built_from), STEPS)
    with closing(Journal(made.journal)) as journal, closing(Logs(made.logs)) as logs:
        for event in finished(built_from) if events is None else events:
            for sink in (journal, logs, times):
                sink(event)
    times.keep(made)
    return made


def table(pilot: Pilot[Any], name: str) -> KubeTable:
    return pilot.app.screen.query_one(name, KubeTable)


def filled(pilot: Pilot[Any]) -> Callable[[], bool]:
    return lambda: table(pilot, "#nodes").chosen != ""


def head(pilot: Pilot[Any]) -> str:
    """Return the head's upper row."""
    return pilot.app.screen.query_one(ClusterHead).line().plain


def footer(pilot: Pilot[Any]) -> list[str]:
    """Return the words of the keys that the footer shows."""
    return [found.binding.description for found in pilot.app.screen.active_bindings.values() if found.binding.show]


@asynccontextmanager
async def opened(
    part: str, cluster: Cluster | None = None, events: Iterable[Event] | None = None, chosen: Profile | None = None
) -> AsyncIterator[Pilot[Any]]:
    """Open a part of the home of a cluster that these events built."""
    leave(events, chosen)
    async with (cluster or Cluster()).app().run_test(size=LARGER) as pilot:
        await until(pilot, filled(pilot))
        await pilot.press(part)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause(0.3)
        yield pilot


def rows(pilot: Pilot[Any], name: str) -> list[str]:
    """Return the rows of a list as text, without the mark of the chosen one."""
    options = pilot.app.screen.query_one(name, RowList).options
    return [str(option.prompt)[2:] for option in options]
