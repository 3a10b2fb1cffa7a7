"""Beginning a run from any screen."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Any

from kubetui.profile.plan import Plan

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access
    from kubetui.operations.changes import Revision
from screens.asking.meeting import meet


def start_run(app: Any, plan: Plan) -> None:
    """Ask for what a run needs of the person, and begin it; one that goes on already is only shown."""
    from screens.asking.changed import allow  # noqa: PLC0415
    from screens.asking.passwords import ask  # noqa: PLC0415
    from screens.run.screen import RunScreen  # noqa: PLC0415 - loads the engine
    from screens.run.session import Session, build, running_session  # noqa: PLC0415

    profile = plan.profile

    def begin(access: Access | None, confirmed: Collection[str] = ()) -> None:
        run = partial(build, access=access, confirmed=confirmed)
        app.push_screen(RunScreen(profile, begin=lambda chosen: Session(chosen, run)))

    def allowed(revision: Revision | None) -> None:
        confirmed, moved = (revision.destroyed, revision.touched) if revision else ((), frozenset[str]())
        meet(app, plan, lambda access: begin(access, confirmed), moved)

    if running_session(profile.name) is not None:
        begin(None)
    else:
        ask(app, profile, lambda: allow(app, profile, allowed))
