"""Your turn in lines: what a person is told, and how their answers are read."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kubetui.base.errors import UsageError
from kubetui.cli.asking import Dialogue
from kubetui.engine.events import Event, TaskId, TurnState, YourTurn
from kubetui.engine.turns import Answer, Turns
from tests.plans import plan

SWAP, JOIN = TaskId("swap", "kubmaster"), TaskId("join", "kubnode1")


@contextmanager
def typing(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Let standard input be a pipe; yield the end to write to."""
    source, target = os.pipe()
    with os.fdopen(source) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield target


def waiting(task: TaskId) -> YourTurn:
    return YourTurn(0.0, task, TurnState.WAITING, "the goal.")


async def test_one_task_after_the_other_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    turns, seen = Turns([SWAP, JOIN]), list[Event]()
    dialogue = Dialogue(plan(), turns)
    sink = dialogue.around(seen.append)
    with typing(monkeypatch) as keys, dialogue.listening():
        swap = asyncio.create_task(turns.wait(SWAP))
        join = asyncio.create_task(turns.wait(JOIN))
        sink(waiting(SWAP))
        sink(waiting(JOIN))
        os.write(keys, b"what\nhint\nhint\ndo")
        os.write(keys, b"ne\n")
        assert await swap is Answer.DONE
        sink(YourTurn(0.0, SWAP, TurnState.MISSING, "swap is on"))
        sink(YourTurn(0.0, SWAP, TurnState.DONE, ""))
        os.write(keys, b"Do it for me\n")
        assert await join is Answer.LEAVE
        sink(YourTurn(0.0, JOIN, TurnState.LEFT, ""))
        os.write(keys, b"done\n")
        await asyncio.sleep(0.05)
        os.close(keys)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "",
        "Your turn on kubmaster: Turn swap off.",
        "Goal: no swap is on, and none comes back at the next boot.",
        "In another terminal: kubetui ssh lab kubmaster, and there: sudo -i",
        "Type done, hint, or do it for me.",
        "Type done, hint, or do it for me.",
        "Hint: swapoff, and /etc/fstab. For the commands: hint",
        "As root, for example:",
        "  swapoff -a",
        "  sed -i -E '/^[^#]+[[:space:]]swap[[:space:]]/s/^/# kubetui: /' /etc/fstab",
        "  systemctl daemon-reload",
        "Not yet: swap is on",
        "Type done, hint, or do it for me.",
        "It is done.",
        "",
        "Your turn on kubnode1: kubeadm join.",
        (
            "Goal: kubnode1 is a node of the cluster, with the INTERNAL-IP 192.168.56.102. "
            "The API server is at 192.168.56.101:6443."
        ),
        "In another terminal: kubetui ssh lab kubnode1, and there: sudo -i",
        "Type done, hint, or do it for me.",
        "kubetui does it.",
        "Nothing waits for you now.",
    ]
    assert len(seen) == 5


async def test_kubetui_does_what_nobody_is_left_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns([SWAP, JOIN])
    dialogue = Dialogue(plan(), turns)
    with typing(monkeypatch) as keys, dialogue.listening():
        swap = asyncio.create_task(turns.wait(SWAP))
        await asyncio.sleep(0)
        os.close(keys)
        assert await swap is Answer.LEAVE
    assert not turns.wants(JOIN)


async def test_a_file_cannot_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    path = f"{tmp_path}/answers"
    with open(path, "w+") as file:  # noqa: ASYNC230, PTH123 - a file in place of a terminal is the point
        monkeypatch.setattr(sys, "stdin", file)
        with pytest.raises(UsageError, match="Nobody can answer"), Dialogue(plan(), Turns()).listening():
            pass
