"""Finds the box of a run before it starts, and offers to build one where none can be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from kubetui.base.errors import KubetuiError
from kubetui.base.text import harmless
from kubetui.engine.stop import Stop
from kubetui.operations.boxes import choice, store
from kubetui.operations.boxes import offer as boxes
from kubetui.operations.boxes.offer import Offer
from kubetui.profile.plan import Plan
from kubetui.profile.schema.boxes import BoxKind
from screens.asking.waiting import Refused, Waiting
from screens.widgets.chrome import key
from screens.widgets.panes import Dialog
from screens.widgets.static import Static


@dataclass(frozen=True, slots=True)
class Found:
    """The plan with its box, and the offer to build one where none can be had."""

    plan: Plan
    offer: Offer | None


class Looking(Waiting[Found]):
    """Asks the server of a plan's box."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("The box", "looking where the box can be had", f"box of {plan.profile.name}")
        self._plan = plan

    async def find(self) -> Found:
        """Ask; it takes some seconds where nobody answers."""
        plan = await choice.settled(self._plan)
        return Found(plan, await boxes.offer(plan))


class OfferBox(Dialog[bool]):
    """Says why there is no box, and what building one costs; only `y` agrees."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "dismiss(True)", "Build it"),
        key("escape,n", "dismiss(False)", "Back", display="esc"),
    ]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer

    def compose(self) -> ComposeResult:
        """Draw the offer."""
        with Vertical() as box:
            box.border_title = "The box"
            yield Static(harmless(self._offer.reason), markup=False)
            yield Static(f"\n{self._offer.question}\nThe same without the wizard: {self._offer.command}", markup=False)
            yield Static("y Build it and go on   esc Back, nothing is done", classes="keys", markup=False)


class Building(Waiting[Plan]):
    """Builds the offered box, and shows how far it is."""

    leaving = "esc Stop; building it later goes on from here"

    def __init__(self, offer: Offer) -> None:
        super().__init__("The box", f"building a box with {offer.system}", f"build {offer.system}")
        self._offer = offer

    async def find(self) -> Plan:
        """Build the box."""
        return await boxes.accept(self._offer, self.tell, Stop())


def with_box(app: App[object], plan: Plan, then: Callable[[Plan], object]) -> None:
    """Call `then` with the plan and its box; ask where only a server knows, and offer to build what nobody has."""
    plan = choice.decided(plan)
    if not _must_ask(plan):
        then(store.planned(plan))
        return

    def looked(found: Found | KubetuiError | None) -> None:
        if isinstance(found, KubetuiError):
            app.push_screen(Refused(found))
        elif found is not None and found.offer is None:
            then(found.plan)
        elif found is not None and found.offer is not None:
            _propose(app, found.offer, then)

    app.push_screen(Looking(plan), looked)


def _must_ask(plan: Plan) -> bool:
    source = plan.profile.machines.box
    unread = source is not None and source.kind is BoxKind.METADATA and plan.chosen is None
    return boxes.unnamed(plan) is not None or (unread and plan.provider.starts_from_box)


def _propose(app: App[object], offer: Offer, then: Callable[[Plan], object]) -> None:
    def built(found: Plan | KubetuiError | None) -> None:
        if isinstance(found, KubetuiError):
            app.push_screen(Refused(found))
        elif found is not None:
            then(found)

    def answered(sure: bool | None) -> None:  # noqa: FBT001 - the dialog's result
        if sure:
            app.push_screen(Building(offer), built)

    app.push_screen(OfferBox(offer), answered)
