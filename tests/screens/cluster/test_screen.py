"""The screen of a cluster: what it shows, its keys, and how it looks."""
# ruff: noqa: E501 - tables as kubectl prints them

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kubetui.base.errors import RunError
from kubetui.cluster.folder import Cluster as Cluster_
from kubetui.cluster.tables import Table, aligned_table, tabbed_table
from kubetui.record import timings
from screens.cluster.kubetable import KubeTable
from screens.cluster.screen import ClusterScreen, built_in
from screens.cluster.watch import Watch
from screens.widgets.dialogs import Confirm
from tests.screens.apps import LARGER, SIZE, OneScreen, until
from tests.screens.recorded import BEGAN

NODES = """\
NAME        STATUS     ROLES           AGE   VERSION   INTERNAL-IP      EXTERNAL-IP   OS-IMAGE             KERNEL-VERSION     CONTAINER-RUNTIME
kubmaster   Ready      control-plane   3m    v1.36.1   192.168.56.101   <none>        Ubuntu 24.04.2 LTS   6.8.0-52-generic   containerd://1.7.24
kubnode1    Ready      <none>          62s   v1.36.1   192.168.56.102   <none>        Ubuntu 24.04.2 LTS   6.8.0-52-generic   containerd://1.7.24
kubnode2    NotReady   <none>          60s   v1.36.1   192.168.56.103   <none>        Ubuntu 24.04.2 LTS   6.8.0-52-generic   containerd://1.7.24
"""
PODS = """\
NAMESPACE      NAME                       READY   STATUS    RESTARTS   AGE   IP               NODE        NOMINATED NODE   READINESS GATES
kube-flannel   kube-flannel-ds-5xk2p      1/1     Running   0          2m    192.168.56.101   kubmaster   <none>           <none>
kube-system    coredns-674b8bbfcf-7xk2d   0/1     Pending   0          2m    <none>           <none>      <none>           <none>
kube-system    etcd-kubmaster             1/1     Running   0          3m    192.168.56.101   kubmaster   <none>           <none>
"""
CONTAINERS = (
    "NAMESPACE\tPOD\tCONTAINER\tREADY\tRESTARTS\tIMAGE\n"
    "kube-system\tetcd-{node}\tetcd\ttrue\t0\tregistry.k8s.io/etcd:3.6.4-0\n"
)
Snap = Callable[..., bool]


class Cluster:
    """Answers as a cluster does, until it is `broken`."""

    def __init__(self) -> None:
        self.nodes_text = NODES.replace("NotReady", "Ready   ")
        self.broken = False
        self.asked: list[str] = []

    async def nodes(self) -> Table:
        if self.broken:
            raise RunError("kubmaster cannot be reached at 10.0.3.12:22: connection refused.")
        return aligned_table(self.nodes_text, BEGAN)

    async def pods(self) -> Table:
        return aligned_table(PODS, BEGAN)

    async def containers(self, node: str) -> Table:
        self.asked.append(node)
        return tabbed_table(CONTAINERS.format(node=node), BEGAN)

    def open(self, name: str) -> AbstractAsyncContextManager["Cluster"]:
        assert name == "lab"

        @asynccontextmanager
        async def opened() -> AsyncIterator[Cluster]:
            yield self

        return opened()

    def app(self) -> OneScreen:
        return OneScreen(lambda: ClusterScreen("lab", seconds=331.0, opens=self.open, now=lambda: BEGAN + 47))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("screens.cluster.watch.PAUSE", 0.1)
    monkeypatch.setenv("XDG_STATE_HOME", "/home/someone/.local/state")
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def table(pilot: Pilot[Any], name: str) -> KubeTable:
    return pilot.app.screen.query_one(name, KubeTable)


def filled(pilot: Pilot[Any]) -> Callable[[], bool]:
    return lambda: table(pilot, "#nodes").chosen != ""


@pytest.mark.parametrize("case", ["ready", "containers", "not-ready", "broken", "sideways"])
def test_cluster(snap_compare: Snap, case: str) -> None:
    cluster = Cluster()
    if case == "not-ready":
        cluster.nodes_text = NODES

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, filled(pilot))
        await pilot.press(*{"containers": ("j", "p"), "sideways": ("right", "right")}.get(case, ()))
        cluster.broken = case == "broken"
        await until(pilot, lambda: not cluster.broken or pilot.app.screen.query_one("#trouble").display)
        await until(pilot, lambda: case != "containers" or "kubnode1" in cluster.asked)

    assert snap_compare(cluster.app(), terminal_size=SIZE, run_before=before)


async def test_the_tables_stay_while_the_cluster_does_not_respond() -> None:
    cluster = Cluster()
    async with cluster.app().run_test() as pilot:
        await until(pilot, filled(pilot))
        cluster.broken = True
        await until(pilot, lambda: pilot.app.screen.query_one("#trouble").display)
        assert table(pilot, "#nodes").chosen == "kubmaster"
        cluster.broken = False
        await until(pilot, lambda: not pilot.app.screen.query_one("#trouble").display)


async def test_the_chosen_node_stays_chosen_while_rows_change() -> None:
    cluster = Cluster()
    async with cluster.app().run_test() as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("j")
        head, *rows = cluster.nodes_text.splitlines()
        cluster.nodes_text = "\n".join([head, rows[0].replace("kubmaster", "another  "), *rows])
        await until(pilot, lambda: True)
        assert table(pilot, "#nodes").chosen == "kubnode1"


async def test_the_export_line_is_copied() -> None:
    async with Cluster().app().run_test() as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("y")
        assert pilot.app.clipboard == "export KUBECONFIG=~/.local/state/kubetui/clusters/lab/kubeconfig"


async def test_destroy_asks_for_the_name() -> None:
    async with Cluster().app().run_test() as pilot:
        await until(pilot, filled(pilot))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))


async def test_the_duration_of_the_last_successful_run_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    noted = Cluster_("lab")
    noted.create()
    timings.write(noted, timings.Timings("lab", "virtualbox box", BEGAN, 187.0, ok=True, spans=()))
    async with OneScreen(lambda: ClusterScreen("lab", opens=Cluster().open)).run_test() as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, ClusterScreen)
        assert screen.took() == "built in 3:07"
    timings.write(noted, timings.Timings("lab", "virtualbox box", BEGAN, 187.0, ok=False, spans=()))
    assert built_in(noted) is None
    assert built_in(Cluster_("other")) is None


def test_a_node_chosen_during_a_look_is_looked_at_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.cluster.watch.PAUSE", 600)
    looks, goes_on = threading.Event(), threading.Event()

    class Slow(Cluster):
        async def containers(self, node: str) -> Table:
            found = await super().containers(node)
            looks.set()
            await asyncio.to_thread(goes_on.wait, 60)
            return found

    cluster = Slow()
    watch = Watch("lab", cluster.open)
    watch.start()
    assert looks.wait(60)
    watch.choose("kubnode1")
    goes_on.set()
    end = time.monotonic() + 60
    while "kubnode1" not in cluster.asked:
        assert time.monotonic() < end, "the watch waits for its next look"
        time.sleep(0.01)
    watch.close()


async def test_a_larger_window_shows_pods_and_containers() -> None:
    async with Cluster().app().run_test(size=LARGER) as pilot:
        await until(pilot, lambda: table(pilot, "#containers").chosen != "")
        assert table(pilot, "#pods").region.right <= table(pilot, "#containers").region.x
