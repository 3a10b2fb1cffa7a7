"""The way into existing machines, found before a run or a destroy: host keys to confirm, sudo's password."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from kubetui.base.errors import KubetuiError
from kubetui.base.redaction import Secret
from kubetui.base.text import counted
from kubetui.cluster.folder import Cluster
from kubetui.profile.plan import Plan
from screens.asking.waiting import BOX, Refused, Waiting
from screens.widgets.chrome import key
from screens.widgets.dialogs import Ask
from screens.widgets.static import Static

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access, UnknownKey


class Keys(ModalScreen[bool]):
    """Shows host keys that nobody vouches for yet; no key but `y` says yes."""

    DEFAULT_CSS = f"Keys {{ {BOX} }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "dismiss(True)", "They are"),
        key("escape,n", "dismiss(False)", "Back", display="esc"),
    ]

    def __init__(self, unknown: Sequence[UnknownKey]) -> None:
        super().__init__()
        self._unknown = unknown

    def compose(self) -> ComposeResult:
        """Draw the keys."""
        with Vertical() as box:
            box.border_title = "Host keys"
            yield Static("These host keys are not known here yet. Are they the machines' own?", markup=False)
            with VerticalScroll():
                yield Static(self._lines(), markup=False)
            words = "Compare each with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub says on the machine."
            yield Static(words, markup=False)
            yield Static("y They are   esc Back, nothing is done", classes="keys", markup=False)

    def _lines(self) -> str:
        names = max(len(each.machine) for each in self._unknown)
        return "\n".join(f"{each.machine:<{names}}  {each.kind}\n  {each.fingerprint}" for each in self._unknown)


class Meeting(Waiting["Access"]):
    """Reaches the machines, and ends with the way in, what keeps them from being used, or nothing when left."""

    def __init__(self, plan: Plan, moved: Collection[str] = ()) -> None:
        count = counted(len(plan.machines), "machine")
        super().__init__("Existing machines", f"reaching {count} over SSH", f"meet {plan.profile.name}")
        self._plan = plan
        self._moved = moved

    async def find(self) -> Access:
        """Meet them, asking the person."""
        from kubetui.machines.hosts import access  # noqa: PLC0415 - loads asyncssh, in this thread

        keys = Cluster(self._plan.profile.name).host_keys
        return await access.greet(self._plan, keys, _AtScreen(self.app), self._moved)


class _AtScreen:
    """The person at the wizard; asked from the thread that meets the machines, which waits for the answer."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    def accept(self, unknown: Sequence[UnknownKey]) -> bool:
        """Show the keys and ask."""
        return bool(self._asked(lambda: Keys(unknown)))

    def password(self, machines: Sequence[str]) -> Secret | None:
        """Ask once, without showing what is typed."""

        def attempt(text: str, _sure: bool) -> str:  # noqa: FBT001 - the dialog's callback
            return "" if text else "sudo wants one there. esc leaves the machines as they are."

        words = f"sudo's password on {', '.join(machines)}. It stays in memory for this run, and is kept nowhere."
        text = self._asked(lambda: Ask("sudo", words, "", attempt, yes="Go on", hidden=True))
        return Secret(text) if text else None

    def _asked(self, screen: Callable[[], ModalScreen[Any]]) -> Any:
        answer: Future[Any] = Future()

        def show() -> None:
            self._app.push_screen(screen(), answer.set_result)

        self._app.call_from_thread(show)
        return answer.result()


def meet(app: App[Any], plan: Plan, then: Callable[[Access | None], object], moved: Collection[str] = ()) -> None:
    """Find the way into a plan's machines, asking the person, and go on; at once where kubetui makes them itself.

    Host keys that the cluster has pinned for machines that `moved` to another place are not theirs any more.
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
