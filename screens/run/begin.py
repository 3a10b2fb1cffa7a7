"""Starts a run, from any screen."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from kubetui.engine.events import TaskId
from kubetui.profile.plan import Plan
from screens.asking.box import with_box
from screens.asking.changed import allow_changes
from screens.asking.meeting import meet
from screens.asking.passwords import ask_passwords
from screens.run.screen import RunScreen
from screens.run.session import Session, build
from screens.threads import Threads

if TYPE_CHECKING:
    from textual.app import App

    from kubetui.machines.hosts.access import Access
    from kubetui.operations.changes import Revision
    from kubetui.profile.schema.boxes import VagrantBox


def start_run(app: App[object], plan: Plan, threads: Threads, yours: Collection[TaskId] = ()) -> None:
    """Ask for what the run needs from the person, then start it; a run already under way is only shown.

    `yours` are the tasks that the person does by hand.
    """
    profile = plan.profile

    def begin(access: Access | None, revision: Revision | None = None, box: VagrantBox | None = None) -> None:
        confirmed, leaving = (revision.losing, revision.leaving) if revision else ((), ())
        run = partial(build, access=access, confirmed=confirmed, box=box)
        make = partial(Session, run=run, leaving=leaving)
        app.push_screen(RunScreen(profile, threads, make=make, yours=yours))

    def found(plan: Plan) -> None:
        def allowed(revision: Revision | None) -> None:
            moved = revision.touched if revision else frozenset[str]()
            meet(app, plan, lambda access: begin(access, revision, plan.chosen), moved)

        allow_changes(app, plan, allowed)

    if threads.find(Session, profile.name) is not None:
        begin(None)
    else:
        ask_passwords(app, profile, lambda: with_box(app, plan, found))
