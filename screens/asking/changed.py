"""Asks before a changed profile costs an existing cluster machines."""

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


class Comparing(Waiting["tuple[Revision | None, tuple[str, ...]]"]):
    """Finds out which machines exist, which steps have begun on them, and what is lost with those that leave."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("A changed profile", "looking which machines there are", f"compare {plan.profile.name}")
        self._plan = plan

    async def find(self) -> tuple[Revision | None, tuple[str, ...]]:
        """Ask the journal, the provider that the cluster was built with, and the cluster itself."""
        from kubetui.operations.maintain.losses import losses  # noqa: PLC0415 - loads asyncssh, in this thread

        cluster = Cluster(self._plan.profile.name)
        revision = await changes.revision(cluster, self._plan)
        return revision, await losses(cluster, revision.leaving if revision else ())


class Remake(Dialog[bool]):
    """Lists the machines that would be lost, and what goes with them; only `y` agrees."""

    DANGER = True
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "dismiss(True)", "Go on"),
        key("escape,n", "dismiss(False)", "Back", display="esc"),
    ]

    def __init__(self, revision: Revision, losses: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._revision = revision
        self._losses = losses

    def compose(self) -> ComposeResult:
        """Draw the machines."""
        with Vertical() as box:
            box.border_title = "Fewer machines" if self._revision.leaving else "A changed profile"
            yield Static(harmless(self._revision.reason), markup=False)
            with VerticalScroll():
                yield Static("\n".join(map(harmless, (*self._revision.fates, *self._losses))), markup=False)
            yield Static(self._revision.question, markup=False)
            them = "it" if len(self._revision.losing) == 1 else "them"
            doing = f"Take {them} out" if self._revision.leaving else f"Destroy {them}"
            yield Static(f"y {doing} and go on   esc Back, nothing is done", classes="keys", markup=False)


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

    def compared(found: tuple[Revision | None, tuple[str, ...]] | KubetuiError | None) -> None:
        if isinstance(found, KubetuiError):
            app.push_screen(Refused(found))
        elif found is not None and found[0] is not None:
            ask(found[0], found[1])

    def ask(revision: Revision, losses: tuple[str, ...]) -> None:
        def answered(sure: bool | None) -> None:  # noqa: FBT001 - the dialog's result
            if sure:
                then(revision)

        if revision.losing:
            app.push_screen(Remake(revision, losses), answered)
        else:
            then(revision)

    app.push_screen(Comparing(plan), compared)
