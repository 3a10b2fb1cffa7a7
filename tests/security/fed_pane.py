"""Feed bytes to the real log pane on a terminal: python -m tests.security.fed_pane HOW SIZE.

Each page of lines is painted before the next one arrives, so that nothing scrolls past unseen.
"""

import random
import sys
import threading
from collections.abc import Callable, Iterator

from textual.app import App, ComposeResult
from textual.drivers.linux_driver import LinuxDriver

from kubetui.base.redaction import Stream
from kubetui.base.text import LineCutter
from kubetui.engine.events import Line
from screens.log.buffers import Buffers
from screens.log.pane import LogPane
from screens.log.view import cuts
from screens.terminal.theme import TERMINAL

CANARY = b"c4n4ry"
MACHINE = "kubmaster"
PAGE = "page-"
"""Start of the last line of each page; the page number follows."""
OBEYED = (
    *(b"\x1b]52;c;" + CANARY + b"\x07", b"\x1b]0;" + CANARY + b"\x07", b"\x1b]2;" + CANARY + b"\x1b\\"),
    *(b"\x1b]8;;http://" + CANARY + b"\x1b\\link\x1b]8;;\x1b\\", b"\x1b]4;1;?\x07", b"\x1b]9;" + CANARY + b"\x07"),
    *(b"\x1bP" + CANARY + b"\x1b\\", b"\x1bP+q544e\x1b\\", b"\x1bP$q" + CANARY + b"\x1b\\"),
    *(b"\x1b_G" + CANARY + b"\x1b\\", b"\x1b^" + CANARY + b"\x1b\\", b"\x1bX" + CANARY + b"\x1b\\"),
    *(b"\x1b[6n", b"\x1b[c", b"\x1b[>c", b"\x1b[=c", b"\x1b[5n", b"\x1b[21t", b"\x1b[?1049h", b"\x1b[?1049l"),
    *(b"\x1b[?25h", b"\x1b[?2004h", b"\x1b[?1003h", b"\x1b[2J", b"\x1b[3J", b"\x1b[666;667H", b"\x1b[99;99r"),
    *(
        b"\x1b[5;7;95m",
        b"\x1b[31m",
        b"\x1b[0m",
        b"\x1b[38;5;201m",
        b"\x1b[4:3m",
        b"\x1b[20h",
        b"\x1b[4;9q",
        b"\x1b[99A",
    ),
    *(b"\x1bc", b"\x1b7", b"\x1b8", b"\x1b(0", b"\x1b#8", b"\x1bM", b"\x1b=", b"\x1bN", b"\x1b%G", b"\x1b\x1b["),
    *(
        b"\x9b31m",
        b"\xc2\x9b2J",
        b"\x9d52;c;" + CANARY + b"\x9c",
        b"\xc2\x9d52;c;" + CANARY + b"\xc2\x9c",
        b"\xc2\x90q",
    ),
    *(
        b"\x07",
        b"\x08",
        b"\x0e",
        b"\x0f",
        b"\x05",
        b"\x0b",
        b"\x0c",
        b"\x7f",
        b"\x00",
        b"\x1b",
        b"\x1b[",
        b"\x1b]",
        b"\x1bP",
    ),
    *(
        b"\xe2\x80\xae",
        b"\xe2\x81\xa6",
        b"\xe2\x80\x8b",
        b"\xef\xbb\xbf",
        b"\xf3\xa0\x81\x81",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
    ),
    *(
        b"\xff",
        b"\xc0\x9b",
        b"\xe0\x80\x9b",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\xc2",
        b"[/bold red]",
        b"[red]",
    ),
    *(
        b"e\xcc\x81",
        b"\xf0\x9f\xa6\x80",
        b"\xe6\xbc\xa2",
        b"\t",
        b"\r",
        b"10%\r50%\r",
        b"\r\n",
        b"error: ",
        b"E: ",
        b"\n",
    ),
)
PLAIN = (
    b"some words ",
    b"error: x\n",
    b"E: y\n",
    b"fatal z\n",
    b"\n",
    b"\xe6\xbc\xa2\xe5\xad\x97 ",
    b"0123456789 " * 9,
)


def chunks(how: str, size: int) -> Iterator[bytes]:
    """Yield `size` reproducible bytes: sequences that a terminal would obey mixed with noise, or plain words."""
    source, fed = random.Random(23), 0  # noqa: S311
    while fed < size:
        if how == "plain":
            data = b"".join(source.choice(PLAIN) for _ in range(200))
        else:
            pieces = (
                source.choice(OBEYED) if source.random() < 0.4 else source.randbytes(source.randrange(12))
                for _ in range(400)
            )
            data = b"".join(pieces)
        fed += len(data)
        cut = source.randrange(len(data))
        yield from (data[:cut], data[cut:])


class Watched(LinuxDriver):
    """Textual's driver, which also tells its app what it has written."""

    def write(self, data: str) -> None:
        """Write to the terminal."""
        super().write(data)
        app = self._app
        assert isinstance(app, Fed)
        app.written(data)


class Fed(App[int]):
    """An app that shows only the log pane."""

    def __init__(self, how: str, size: int) -> None:
        super().__init__(driver_class=Watched)
        self.register_theme(TERMINAL)
        self.theme = TERMINAL.name
        self.how, self.fed = how, size
        self.buffers = Buffers([MACHINE])
        self.awaited = ""
        self.painted = threading.Event()

    def compose(self) -> ComposeResult:
        yield LogPane("lab")

    def on_ready(self) -> None:
        self.query_one(LogPane).show(MACHINE, self.buffers.of(MACHINE), MACHINE)
        threading.Thread(target=self.feed, daemon=True).start()

    def feed(self) -> None:
        """Feed everything a page at a time, from a thread as the engine does."""
        code = 1
        try:
            lines = self.query_one(LogPane).lines
            width, height = lines.scrollable_content_region.width, lines.size.height
            cutter, hide, rows, pages = LineCutter(), Stream(), 0, 0
            for data in chunks(self.how, self.fed):
                for text in map(hide, cutter.feed(data)):
                    size = len(cuts(text, width))
                    if rows + size >= height:
                        pages, rows = pages + 1, 0
                        self.page(pages)
                    rows += size
                    self.buffers.append(Line(0.0, MACHINE, "init", text))
            self.page(pages + 1)
            code = 0
        finally:
            self.call_from_thread(self.exit, code)

    def page(self, number: int) -> None:
        """End a page, and wait until it is painted."""
        self.painted.clear()
        self.awaited = f"{PAGE}{number}."
        self.buffers.append(Line(0.0, MACHINE, "init", self.awaited))
        self.call_from_thread(self.query_one(LogPane).lines.update)
        assert self.painted.wait(60), f"{self.awaited} was never painted"

    def written(self, data: str) -> None:
        """Take notice of what has gone to the terminal."""
        if self.awaited and self.awaited in data:
            self.painted.set()


def main(say: Callable[[str], object] = sys.stdout.write) -> None:
    """Run until everything has been shown."""
    app = Fed(sys.argv[1], int(sys.argv[2]))
    app.run()
    say(f"ended {app.return_code}\n")


if __name__ == "__main__":
    main()
