"""`kubetui diff` and `kubetui mend` as a person types them, on a rehearsal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import ExitCode
from kubetui.cli.main import main
from kubetui.machines.rehearsal import stage
from kubetui.machines.rehearsal.memory import Memory
from kubetui.operations.maintain import diff
from kubetui.operations.maintain.diff import Difference, Differences
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.steps.cluster.init import INIT_STEP
from kubetui.steps.machine.system import SWAP


def kubetui(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


@pytest.fixture(autouse=True)
def rehearsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a rehearsed cluster of two machines."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "lab.yaml"
    profile = Profile.model_validate({"name": "lab", "provider": "rehearsal", "machines": {"workers": 1}})
    path.write_text(profilefile.dump(profile))
    assert kubetui("up", str(path), "--yes", "--speed", "1000").exit_code == 0
    return tmp_path / "kubetui" / "clusters" / "lab"


def forget(folder: Path, machine: str, step: str) -> None:
    for each in list(stage._stages):
        asyncio.run(stage.leave(each))
    memory = Memory.in_folder(folder / "rehearsal", machine)
    del memory.done[step]
    memory.save()


def test_a_cluster_that_is_as_planned_has_nothing_to_mend() -> None:
    said = kubetui("diff", "lab")
    assert (said.exit_code, said.output) == (0, "lab is as planned.\n")
    assert "there was nothing to do" in kubetui("mend", "lab").output


def test_what_differs_comes_with_the_command_that_mends_it(rehearsed: Path) -> None:
    forget(rehearsed, "kubnode1", "swap")
    forget(rehearsed, "kubmaster", "kernel")
    said = kubetui("diff", "lab")
    assert said.exit_code == ExitCode.UNHEALTHY
    first, command, second, other, everything = said.output.splitlines()
    assert first.startswith("kubmaster  Prepare the kernel: ")
    assert second.startswith("kubnode1  Turn swap off: ")
    assert (command, other) == ("  kubetui mend lab kernel", "  kubetui mend lab swap")
    assert everything == "All of it: kubetui mend lab"
    found = json.loads(kubetui("diff", "lab", "--json").output)
    assert [(each["machine"], each["step"]) for each in found["differences"]] == [
        ("kubmaster", "kernel"),
        ("kubnode1", "swap"),
    ]
    assert (found["cluster"], found["unread"]) == ("lab", {})
    done = kubetui("mend", "lab", "swap")
    assert done.exit_code == 0, done.output
    assert "what differed is mended" in done.output
    assert [each["step"] for each in json.loads(kubetui("diff", "lab", "--json").output)["differences"]] == ["kernel"]


def test_what_kubetui_does_not_change_and_who_could_not_be_asked_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Difference("kubmaster", INIT_STEP, "there is another control plane", mendable=False)
    seen = Differences((theirs, Difference("kubmaster", SWAP, "")), {"kubnode1": "kubnode1 is stopped."})

    async def look(*_: object) -> Differences:
        return seen

    monkeypatch.setattr(diff, "diff", look)
    said = kubetui("diff", "lab")
    assert said.exit_code == ExitCode.UNHEALTHY
    assert said.stdout.splitlines() == [
        "kubmaster  kubeadm init: there is another control plane",
        "  kubetui does not change that.",
        "kubmaster  Turn swap off: it is not done",
        "  kubetui mend lab swap",
    ]
    assert said.stderr == "kubnode1: kubnode1 is stopped.\n"
    found = json.loads(kubetui("diff", "lab", "--json").stdout)
    assert [each["mend"] for each in found["differences"]] == [None, "kubetui mend lab swap"]
    assert found["unread"] == {"kubnode1": "kubnode1 is stopped."}


def test_a_step_that_there_is_not_is_refused() -> None:
    done = kubetui("mend", "lab", "swop")
    assert done.exit_code == ExitCode.USAGE
    assert "There is no step swop to mend." in done.output
    assert "swap" in done.output


@pytest.mark.parametrize("command", ["diff", "mend"])
def test_an_unknown_cluster_is_named(command: str) -> None:
    done = kubetui(command, "nowhere")
    assert done.exit_code == ExitCode.USAGE
    assert "There is no cluster nowhere." in done.output
