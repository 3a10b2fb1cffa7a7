"""Connects to existing machines before a run or a destroy: confirms host keys and asks for the sudo password."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from kubetui.base.errors import KubetuiError
from kubetui.base.redaction import Secret
from kubetui.base.text import counted
from kubetui.cluster.folder import Cluster
from kubetui.profile.plan import Plan
from screens.asking.waiting import Refused, Waiting
from screens.widgets.chrome import key
from screens.widgets.dialogs import Ask
from screens.widgets.panes import Dialog
from screens.widgets.static import Static

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access, UnknownKey

Answer = TypeVar("Answer")


class UnknownKeys(Dialog[bool]):
    """Shows unknown host keys. Only `y` accepts them; Enter does nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "dismiss(True)", "Trust them"),
        key("escape,n", "dismiss(False)", "Back", display="esc"),
    ]

    def __init__(self, unknown: Sequence[UnknownKey]) -> None:
        super().__init__()
        self._unknown = unknown

    def compose(self) -> ComposeResult:
        """Draw the keys."""
        with Vertical() as box:
            box.border_title = "Host keys"
            yield Static("kubetui does not know these host keys. Do they belong to your machines?", markup=False)
            with VerticalScroll():
                yield Static(self._lines(), markup=False)
            words = "Compare each with the output of ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on the machine."
            yield Static(words, markup=False)
            yield Static("y Trust them   esc Back", classes="keys", markup=False)

    def _lines(self) -> str:
        names = max(len(each.machine) for each in self._unknown)
        return "\n".join(f"{each.machine:<{names}}  {each.kind}\n  {each.fingerprint}" for each in self._unknown)


class Meeting(Waiting["Access"]):
    """Connects to the machines; closes with the access to them, with an error, or with None after Esc."""

    def __init__(self, plan: Plan, moved: Collection[str] = ()) -> None:
        count = counted(len(plan.machines), "machine")
        super().__init__("Existing machines", f"reaching {count} over SSH", f"meet {plan.profile.name}")
        self._plan = plan
        self._moved = moved

    async def find(self) -> Access:
        """Connect, asking the person about unknown host keys and the sudo password."""
        from kubetui.machines.hosts import access  # noqa: PLC0415 - loads asyncssh, in this thread

        keys = Cluster(self._plan.profile.name).host_keys
        return await access.greet(self._plan, keys, _AtScreen(self.app), self._moved)


class _AtScreen:
    """Asks the person at the wizard; the connecting thread calls it and waits for the answer."""

    def __init__(self, app: App[object]) -> None:
        self._app = app

    def accept(self, unknown: Sequence[UnknownKey]) -> bool:
        """Ask whether to trust the keys."""
        trusted = self._asked(lambda: UnknownKeys(unknown))
        return trusted is True

    def password(self, machines: Sequence[str]) -> Secret | None:
        """Ask for the sudo password, without showing it."""

        def attempt(text: str, _sure: bool) -> str:  # noqa: FBT001 - the dialog's callback
            return "" if text else "sudo needs a password on these machines. Esc cancels and changes nothing."

        words = f"sudo's password on {', '.join(machines)}. It stays in memory for this run and is never saved."
        text = self._asked(lambda: Ask("sudo", words, "", attempt, yes="Continue", hidden=True))
        return Secret(text) if text else None

    def _asked(self, screen: Callable[[], ModalScreen[Answer]]) -> Answer | None:
        answer: Future[Answer | None] = Future()

        def show() -> None:
            self._app.push_screen(screen(), answer.set_result)

        self._app.call_from_thread(show)
        return answer.result()


def meet(app: App[object], plan: Plan, then: Callable[[Access | None], object], moved: Collection[str] = ()) -> None:
    """Connect to a plan's existing machines, then call `then`; call it right away if kubetui creates the machines.

    Pinned host keys of machines that `moved` to another place are ignored.
    """
    if plan.provider.makes_machines:
        then(None)
        return

    def met(found: Access | KubetuiError | None) -> None:
        if isinstance(found, KubetuiError):
            app.push_screen(Refused(found))
        elif found is not None:
            then(found)

    app.push_screen(Meeting(plan, moved), met)
