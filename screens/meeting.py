"""The way into existing machines, found before a run or a destroy: host keys to confirm, sudo's password."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from kubetui.cluster import Cluster
from kubetui.command import Secret
from kubetui.errors import KubetuiError
from kubetui.plan import Plan
from screens.chrome import key, marked
from screens.dialogs import Ask
from screens.session import EngineThread
from screens.static import Static

if TYPE_CHECKING:
    from kubetui.access import Access, UnknownKey

_BOX = """
    align: center middle; background: $background 60%;
    & > Vertical {
        width: 100%; max-width: 96; height: auto; padding: 1 2; border: round $border; background: $surface;
    }
    & Static { height: auto; }
    & VerticalScroll { height: auto; max-height: 12; margin: 1 0; }
    & .keys { text-style: dim; margin: 1 0 0 0; }
"""


class Keys(ModalScreen[bool]):
    """Shows host keys that nobody vouches for yet; no key but `y` says yes."""

    DEFAULT_CSS = f"Keys {{ {_BOX} }}"
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


class Meeting(ModalScreen["Access | KubetuiError | None"]):
    """Reaches the machines, and ends with the way in, what keeps them from being used, or nothing when left."""

    DEFAULT_CSS = f"Meeting {{ {_BOX} }}"
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "leave", "Back", display="esc")]

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan
        self._left = False
        self._thread = EngineThread(f"meet {plan.profile.name}", self._main, only_looks=True)

    def compose(self) -> ComposeResult:
        """Say what happens."""
        count = len(self._plan.machines)
        with Vertical() as box:
            box.border_title = "Existing machines"
            yield Static(marked("running", f"reaching {count} machine{'' if count == 1 else 's'} over SSH"))
            yield Static("esc Back, nothing is done", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Begin."""
        self._thread.start()

    def action_leave(self) -> None:
        """Leave the machines as they are."""
        self._left = True
        self._thread.cancel()
        self.dismiss(None)

    async def _main(self) -> None:
        from kubetui import access  # noqa: PLC0415 - loads asyncssh, in this thread

        met: Access | KubetuiError
        try:
            met = await access.greet(self._plan, Cluster(self._plan.profile.name).host_keys, _AtScreen(self.app))
        except KubetuiError as error:
            met = error
        self.app.call_from_thread(self._end, met)

    def _end(self, met: Access | KubetuiError) -> None:
        if self._left:
            return
        if self.is_current:
            self.dismiss(met)
        else:
            # a question over it is still on its way out
            self.set_timer(0.05, partial(self._end, met))


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


def meet(app: App[Any], plan: Plan, then: Callable[[Access | None], object]) -> None:
    """Find the way into a plan's machines, asking the person, and go on; at once where kubetui makes them itself."""
    if plan.provider.makes_machines:
        then(None)
        return

    def met(found: Access | KubetuiError | None) -> None:
        if isinstance(found, KubetuiError):
            app.push_screen(Refused(found))
        elif found is not None:
            then(found)

    app.push_screen(Meeting(plan), met)


class Refused(ModalScreen[None]):
    """Says what keeps machines from being used."""

    DEFAULT_CSS = f"Refused {{ {_BOX} }}"
    BINDINGS: ClassVar[list[BindingType]] = [key("escape,enter,q", "dismiss(None)", "Back", display="esc")]

    def __init__(self, error: KubetuiError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        """Draw the findings."""
        with Vertical() as box:
            box.border_title = "Nothing was changed"
            with VerticalScroll():
                yield Static(Content(str(self._error)))
            yield Static("esc Back", classes="keys", markup=False)


def start_run(app: Any, plan: Plan) -> None:
    """Ask for what a run needs of the person, and begin it; one that goes on already is only shown."""
    from screens.passwords import ask  # noqa: PLC0415
    from screens.run import RunScreen  # noqa: PLC0415 - loads the engine
    from screens.session import Session, build, running_session  # noqa: PLC0415

    profile = plan.profile

    def begin(access: Access | None) -> None:
        app.push_screen(RunScreen(profile, begin=lambda chosen: Session(chosen, partial(build, access=access))))

    if running_session(profile.name) is not None:
        begin(None)
    else:
        ask(app, profile, lambda: meet(app, plan, begin))
