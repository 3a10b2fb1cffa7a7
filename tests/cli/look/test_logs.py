"""`kubetui logs`: the kept logs, commands alone, and following a run to its end."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from kubetui.base.errors import UsageError
from kubetui.cli.look.show import logs
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import CommandStarted, Line, Outcome, TaskFinished, TaskId
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.record.logs import Logs
from kubetui.record.reading import Reader, Wanted, follow

SWAP = "kubmaster swap: "


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    made = Cluster("lab")
    made.create()
    profilefile.save(Profile(name="lab"), made.profile)
    with closing(Logs(made.logs)) as kept:
        kept(CommandStarted(0.0, "kubmaster", "swap", "swapoff -a"))
        kept(Line(2.0, "kubmaster", "swap", "$ passes for a command"))
        kept(CommandStarted(1.0, "kubnode1", "hosts", "tee /etc/hosts"))
        kept(Line(4.0, "kubmaster", "init", "[init] \x1b"))
    return made


def shown(capsys: pytest.CaptureFixture[str], machine: str | None = None, **wanted: object) -> list[str]:
    options = {"step": "", "commands": False, "follow": False, **wanted}
    assert logs("lab", machine, **options) == 0  # type: ignore[arg-type]
    return capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("cluster")
def test_all_machines_are_shown_in_the_order_of_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split(maxsplit=2)[2] for line in shown(capsys)] == [
        "kubmaster swap: $ swapoff -a",
        "kubnode1  hosts: $ tee /etc/hosts",
        "kubmaster swap:  $ passes for a command",
        "kubmaster init: [init] ␛",
    ]


@pytest.mark.usefixtures("cluster")
def test_one_machine_one_step_and_commands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    swap = [line[20:] for line in shown(capsys, "kubmaster", step="swap")]
    assert swap == ["swap: $ swapoff -a", "swap:  $ passes for a command"]
    assert [line[20:] for line in shown(capsys, "kubmaster", commands=True)] == ["swap: $ swapoff -a"]
    assert len(shown(capsys, commands=True)) == 2
    assert shown(capsys, "kubnode2", step="init", follow=True) == []


@pytest.mark.usefixtures("cluster")
def test_unknown_names_are_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="no machine kubmastr") as caught:
        logs("lab", "kubmastr", step="", commands=False, follow=False)
    assert caught.value.fix == "Did you mean kubmaster?"
    with pytest.raises(UsageError, match="There is no step swop") as caught:
        logs("lab", None, step="swop", commands=False, follow=False)
    assert caught.value.fix == "Did you mean swap?"


def test_following_ends_with_the_run_and_misses_no_line(cluster: Cluster) -> None:
    read = threading.Event()
    ended = threading.Event()
    task = TaskId("images", "kubmaster")

    def run() -> None:
        # so small that the output's end is put into a file of its own, and the log is replaced
        with closing(Logs(cluster.logs, head=60, segment=400)) as kept:
            read.wait(10)
            for number in range(6):
                kept(Line(9.0, "kubmaster", "images", f"line {number}"))
            kept(TaskFinished(9.0, task, Outcome.DONE, 1.0))
        ended.set()

    def going() -> bool:
        read.set()
        return not ended.is_set()

    thread = threading.Thread(target=run)
    thread.start()
    seen = []
    for _, line in follow(Reader(cluster.logs, ["kubmaster"], Wanted("images")), going):
        seen.append(line[20:])
    thread.join()
    assert [line for line in seen if "line" in line and "==" not in line] == [
        f"images: line {number}" for number in range(6)
    ]
    assert seen[-1] == "images: == done after 1.0 s"
