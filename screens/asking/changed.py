"""Asks before a changed profile destroys machines of an existing cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll

from kubetui.base.errors import KubetuiError
from kubetui.base.text import harmless
from kubetui.cluster.folder import Cluster
from kubetui.operations import changes
from kubetui.profile.plan import Plan
from screens.asking.waiting import Refused, Waiting
from screens.widgets.chrome import key
from screens.widgets.panes import Dialog
from screens.widgets.static import Static

if TYPE_CHECKING:
    from kubetui.operations.changes import Revision


class Comparing(Waiting["Revision | None"]):
    """Finds out which machines exist and which steps have begun on them."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("A changed profile", "looking which machines there are", f"compare {plan.profile.name}")
        self._plan = plan

    async def find(self) -> Revision | None:
        """Ask the journal, and the provider that the cluster was built with."""
        return await changes.revision(Cluster(self._plan.profile.name), self._plan)


class Remake(Dialog[bool]):
    """Lists the machines that would be destroyed; only `y` agrees."""

    DANGER = True
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "dismiss(True)", "Destroy them"),
        key("escape,n", "dismiss(False)", "Back", display="esc"),
    ]

    def __init__(self, revision: Revision) -> None:
        super().__init__()
        self._revision = revision

    def compose(self) -> ComposeResult:
        """Draw the machines."""
        with Vertical() as box:
            box.border_title = "A changed profile"
            yield Static(harmless(self._revision.reason), markup=False)
            with VerticalScroll():
                yield Static("\n".join(map(harmless, self._revision.fates)), markup=False)
            yield Static(self._revision.question, markup=False)
            yield Static("y Destroy them and go on   esc Back, nothing is done", classes="keys", markup=False)


def allow_changes(app: App[object], plan: Plan, then: Callable[[Revision | None], object]) -> None:
    """Call `then` if the plan destroys no machine or the person agrees; say so if the change comes too late.

    The plan has the box that its machines would be created from.
    """
    try:
        pending = changes.pending(Cluster(plan.profile.name), plan.profile)
    except KubetuiError as error:
        app.push_screen(Refused(error))
        return
    if not pending:
        then(None)
        return

    def compared(found: Revision | KubetuiError | None) -> None:
        if isinstance(found, KubetuiError):
            app.push_screen(Refused(found))
        elif found is not None:
            ask(found)

    def ask(revision: Revision) -> None:
        def answered(sure: bool | None) -> None:  # noqa: FBT001 - the dialog's result
            if sure:
                then(revision)

        if revision.destroyed:
            app.push_screen(Remake(revision), answered)
        else:
            then(revision)

    app.push_screen(Comparing(plan), compared)
