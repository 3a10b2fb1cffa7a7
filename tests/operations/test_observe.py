# ruff: noqa: E501 - tables as kubectl prints them
import asyncio
import shutil
from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.base.files import write_private
from kubetui.base.text import LineSink
from kubetui.cluster.folder import Cluster
from kubetui.cluster.tables import ADMIN, aligned_table, tabbed_table
from kubetui.operations import observe
from kubetui.operations.observe import Observer
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command
from kubetui.remote.node import Node, Result

PODS = """\
NAMESPACE      NAME                    READY   STATUS    RESTARTS        AGE   IP               NODE        NOMINATED NODE   READINESS GATES
kube-flannel   kube-flannel-ds-5xk2p   1/1     Running   2 (3m12s ago)   2m    192.168.56.101   kubmaster   <none>           <none>
kube-system    coredns-674b8bbfcf      0/1     Pending   0               2m    <none>           <none>      <none>           <none>
"""


class Script(Node):
    """A node that answers from a list, and raises the answers that are errors."""

    def __init__(self, *answers: str | RunError) -> None:
        self.answers = list(answers)
        self.asked: list[Command] = []
        self.closed = False

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        self.asked.append(command)
        answer = self.answers.pop(0)
        if isinstance(answer, RunError):
            raise answer
        return answer

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        self.asked.append(command)
        answer = self.answers.pop(0)
        if isinstance(answer, RunError):
            raise answer
        return Result(1, (answer,))

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        raise NotImplementedError

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = Cluster("lab")
    made.create()
    write_private(made.profile, profilefile.dump(Profile(name="lab")))
    return made


def test_table_rows_are_split_at_the_columns_of_their_headings() -> None:
    table = aligned_table(PODS, 1.0)
    assert table.text == PODS
    assert table.columns[-2:] == ("NOMINATED NODE", "READINESS GATES")
    assert table.rows[0][4] == "2 (3m12s ago)"
    assert table.column("STATUS") == ("Running", "Pending")
    assert table.column("NODE") == ("kubmaster", "<none>")
    assert table.column("NOTHING") == ()


def test_no_output_is_an_empty_table() -> None:
    assert aligned_table("\n", 1.0).rows == ()
    assert tabbed_table("", 1.0).columns == ()


def test_cells_contain_no_control_characters() -> None:
    assert aligned_table("NAME\n\x1b]52;c;x\x07\n", 1.0).rows == (("␛]52;c;x␇",),)


async def test_one_connection_serves_all_reads(cluster: Cluster) -> None:
    node = Script("NAME        STATUS\nkubmaster   Ready\n", PODS, "NAMESPACE\tPOD\nkube-system\tetcd\n")
    opened = 0

    async def connect(_: Cluster) -> Node:
        nonlocal opened
        opened += 1
        return node

    async with Observer("lab", connect) as observer:
        assert (await observer.nodes()).column("NAME") == ("kubmaster",)
        assert len((await observer.pods()).rows) == 2
        assert (await observer.containers("kub'master")).rows == (("kube-system", "etcd"),)
    assert opened == 1
    assert node.closed
    assert "NODE='kub'\\''master'\n" in node.asked[-1].render()


async def test_the_next_read_after_a_failure_reconnects(cluster: Cluster) -> None:
    nodes = [Script(RunError("lost")), Script(PODS)]
    asked = list(nodes)

    async def connect(_: Cluster) -> Node:
        return asked.pop(0)

    async with Observer("lab", connect) as observer:
        with pytest.raises(RunError, match="lost"):
            await observer.pods()
        assert nodes[0].closed
        assert len((await observer.pods()).rows) == 2


async def test_logs_and_description_of_a_pod_are_cleaned(cluster: Cluster) -> None:
    node = Script("\x1b[31mred\x1b[0m \x1b]52;c;x\x07\n" + "x" * 9000, "Name: web\n")

    async def connect(_: Cluster) -> Node:
        return node

    async with Observer("lab", connect) as observer:
        first, second = (await observer.logs("shop", "web")).splitlines()
        assert (first, len(second)) == ("red ␛]52;c;x␇", 4096)
        assert await observer.describe("shop", "web") == "Name: web"
    assert all(dict(asked.values) == {"NAMESPACE": "shop", "POD": "web"} for asked in node.asked)
    assert "kubectl logs" in node.asked[0].script
    assert "kubectl describe" in node.asked[1].script


async def test_an_attempt_is_made_with_the_administrators_kubeconfig(cluster: Cluster) -> None:
    node = Script("not there", RunError("lost"))

    async def connect(_: Cluster) -> Node:
        return node

    async with Observer("lab", connect) as observer:
        result = await observer.attempt("kubectl get pod hello\n", {"WORKER": "kubnode1"})
        assert (result.ok, result.lines) == (False, ("not there",))
        assert node.asked[0].script == ADMIN + "kubectl get pod hello\n"
        with pytest.raises(RunError, match="lost"):
            await observer.attempt("kubectl get pod hello\n", {})
        assert node.closed


async def test_two_reads_at_once_open_one_connection(cluster: Cluster) -> None:
    opened = 0

    async def connect(_: Cluster) -> Node:
        nonlocal opened
        opened += 1
        await asyncio.sleep(0.01)
        return Script(PODS, PODS)

    async with Observer("lab", connect) as observer:
        await asyncio.gather(observer.pods(), observer.pods())
    assert opened == 1


async def test_a_destroyed_cluster_is_reported(cluster: Cluster) -> None:
    shutil.rmtree(cluster.folder)
    async with Observer("lab") as observer:
        with pytest.raises(RunError, match="There is no cluster lab any more"):
            await observer.nodes()


def test_the_shell_is_vagrant_ssh_in_the_clusters_folder(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/vagrant")
    monkeypatch.setenv("VAGRANT_CWD", "/elsewhere")
    shell = observe.shell_command(cluster, "kubnode1")
    assert shell.argv == ("/usr/bin/vagrant", "ssh", "kubnode1")
    assert shell.folder == cluster.folder
    assert "VAGRANT_CWD" not in shell.environment


def test_the_machines_of_a_cluster_are_listed(cluster: Cluster) -> None:
    assert observe.machines(cluster) == ("kubmaster", "kubnode1", "kubnode2")


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("{home}/state", "export KUBECONFIG=~/state/kubetui/clusters/lab/kubeconfig"),
        ("/srv/state", "export KUBECONFIG=/srv/state/kubetui/clusters/lab/kubeconfig"),
        ("/srv/my state", "export KUBECONFIG='/srv/my state/kubetui/clusters/lab/kubeconfig'"),
    ],
)
def test_the_export_line_sets_the_kubeconfig(
    state: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", state.format(home=tmp_path))
    assert observe.kubeconfig_line(Cluster("lab")) == line
