"""Messages that ask the app for another screen; a screen posts them and never imports the app."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    # the start screen imports this file before its first frame, and a plan needs pydantic
    from kubetui.engine.events import TaskId
    from kubetui.profile.plan import Plan
    from kubetui.record.state import ClusterState


class GoHome(Message):
    """Close every screen above the start screen."""


class StartRun(Message):
    """Build the cluster of a plan, or show its run if it is already under way.

    `yours` are the tasks that the person does by hand.
    """

    def __init__(self, plan: Plan, yours: Collection[TaskId] = ()) -> None:
        super().__init__()
        self.plan = plan
        self.yours = frozenset(yours)


class OpenCluster(Message):
    """Show a cluster; `built` tells that a run of it has just ended well."""

    def __init__(self, name: str, *, built: bool = False) -> None:
        super().__init__()
        self.name = name
        self.built = built


class ChooseAction(Message):
    """Let the person choose what to do to a cluster."""

    def __init__(self, state: ClusterState) -> None:
        super().__init__()
        self.state = state


class DestroyCluster(Message):
    """Ask for confirmation, then destroy a cluster."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
