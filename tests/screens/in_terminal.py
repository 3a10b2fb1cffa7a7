"""A run screen on a real terminal, for `test_terminal.py`: python -m tests.screens.in_terminal; F9 crashes it."""

import sys
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from kubetui.base.text import LineCutter
from kubetui.engine.events import Line, RunFinished, Sink
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.profile.schema.profile import Profile
from screens.app import KubetuiApp
from screens.run.screen import RunScreen
from screens.run.session import Session
from tests.screens import recorded

PLANTED = (
    b"\x1b]52;c;cGxhbnRlZA==\x07clipboard\n"
    b"\x1b[666;667H\x1b[5;7mcursor\n"
    b"\x1bP+q544e\x1b\\device\n"
    b"\xc2\x9b31mC1 \xc2\x9d52;c;eA==\xc2\x9c\n"
    b"\xe2\x80\xaebidi\xe2\x80\xac \xe2\x81\xa6isolate\xe2\x81\xa9\n"
    b"10%\r50%\r100% of the bar\n"
    b"bad \xff\xfe\xc3( utf-8\n"
    b"\xe6\xbc\xa2\xe5\xad\x97 wide\n" + b"\x1b[777;778H" * 100_000 + b"X" * 5_000_000 + b"\nlast line\n"
)


class Terminal(KubetuiApp):
    """Shows a run whose machine prints every kind of control sequence."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f9", "crash", show=False)]

    def get_default_screen(self) -> Screen[None]:
        return RunScreen(recorded.profile(), self.threads, make=lambda profile: Session(profile, self.print_everything))

    async def print_everything(self, profile: Profile, sink: Sink, stop: Stop, turns: Turns) -> RunFinished:
        cutter = LineCutter()
        for start in range(0, len(PLANTED), 65536):
            for text in cutter.feed(PLANTED[start : start + 65536]):
                sink(Line(recorded.BEGAN, "kubmaster", "init", text))
        recording = recorded.Recording(recorded.until(profile, "init", "kubmaster")[:2])
        return await recording(profile, sink, stop, turns)

    def action_crash(self) -> None:
        raise RuntimeError("planted crash")


if __name__ == "__main__":
    app = Terminal()
    app.run()
    app.threads.finish(lambda text: sys.stderr.write(f"{text}\n"))
