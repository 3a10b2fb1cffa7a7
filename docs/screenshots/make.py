"""Take pictures of the running wizard.

    python docs/screenshots/make.py            the README's, into this folder
    python docs/screenshots/make.py FOLDER     every screen at three sizes, dark, light and without colour

The wizard runs without a terminal and rehearses clusters: the screens and the pipeline are real, and the machines
play back a recording. The pictures are labelled a rehearsal.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from textual._ansi_theme import ALABASTER, MONOKAI
from textual.pilot import Pilot

HERE: Final = Path(__file__).parent
README: Final = ("start", "network", "run", "cluster")
SIZES: Final = ((80, 24), (120, 40), (200, 50))
GOOD, BAD = "lab", "faulty"
PATIENCE: Final = 90.0
"""The most seconds to wait for a screen."""
Picture = Callable[[str], Awaitable[None]]


class Walk:
    """A way through every screen, with a picture of each."""

    def __init__(self, pilot: Pilot[Any], picture: Picture) -> None:
        self._pilot = pilot
        self._picture = picture

    async def all(self) -> None:
        """Go from the start screen to the finished cluster, and on to a run that fails."""
        from screens.start.doctor import HostScreen

        app = self._pilot.app
        await self._until("Check this host", "Fix this host")
        await self._idle()
        await self._picture("start")
        await self._beside("keys", "question_mark")
        await self._beside("palette", "ctrl+p")
        app.push_screen(HostScreen(app.find_host(), None, lambda _checks: None))
        await self._idle()
        await self._picture("host")
        await self._pilot.press("escape")
        await self._pages(GOOD)
        await self._run("nodes Ready")
        await self._until("INTERNAL-IP")
        await self._picture("cluster")
        for key, name in (("2", "pods"), ("3", "last-run"), ("4", "timings"), ("5", "learn")):
            await self._pilot.press(key)
            await self._idle()
            await self._picture(name)
        await self._beside("destroy", "d")
        await self._home()
        _save(BAD, "init-timeout")
        await self._pages(BAD, pictures=False)
        await self._run("failed", "What to do", name="failure")
        await self._home()
        await self._picture("start-with-clusters")

    async def _pages(self, profile: str, *, pictures: bool = True) -> None:
        from kubetui.profile.files import library
        from screens.wizard.draft import Draft
        from screens.wizard.pages import PageScreen
        from screens.wizard.review import ReviewScreen

        app = self._pilot.app
        entry = next(each for each in library.listing() if each.name == profile)
        app.push_screen(PageScreen(0, Draft(entry.profile, entry.name), app.find_host()))
        await self._pilot.pause(0.3)
        while not isinstance(app.screen, ReviewScreen):
            await self._until(app.screen.page.questions[0].title)
            await self._idle()
            if pictures:
                await self._picture(app.screen.page.name)
            await app.run_action("screen.go_on")
            await self._pilot.pause(0.3)
        await self._idle()
        if pictures:
            await self._picture("review")

    async def _run(self, *ends: str, name: str = "") -> None:
        await self._pilot.app.run_action("screen.start")
        if not name:
            await self._until("kubmaster › kubeadm init")
            await self._picture("run")
            await self._beside("leave", "escape")
        await self._until(*ends)
        if name:
            await self._picture(name)

    async def _beside(self, name: str, key: str) -> None:
        """Open something over the screen, take its picture, and close it."""
        await self._pilot.press(key)
        await self._pilot.pause(0.6)
        await self._picture(name)
        await self._pilot.press("escape")
        await self._pilot.pause(0.3)

    async def _home(self) -> None:
        from screens.widgets.navigation import GoHome

        self._pilot.app.screen.post_message(GoHome())
        await self._pilot.pause(0.5)

    async def _idle(self) -> None:
        await self._pilot.app.workers.wait_for_complete()
        await self._pilot.pause(0.3)

    async def _until(self, *texts: str) -> None:
        """Wait until the screen shows one of the texts."""
        async with asyncio.timeout(PATIENCE):
            while not any(text in _text(self._pilot) for text in texts):
                await self._pilot.pause(0.1)
        await self._pilot.pause(0.3)


def _text(pilot: Pilot[Any]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())  # noqa: SLF001 - a picture


def _svg(pilot: Pilot[Any], theme: TerminalTheme) -> str:
    """Return the screen as SVG in a terminal's palette; Textual's own export has no choice of it."""
    app = pilot.app
    console = Console(
        width=app.size.width, height=app.size.height, file=io.StringIO(), force_terminal=True,
        color_system="truecolor", record=True, legacy_windows=False, safe_box=False,
    )  # fmt: skip
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))  # noqa: SLF001
    return console.export_svg(title="kubetui", theme=theme)


def _save(name: str, fault: str | None = None) -> None:
    from kubetui.machines.rehearsal.options import with_options
    from kubetui.profile.files import library
    from kubetui.profile.schema.profile import Profile

    library.save_as(with_options(Profile(name=name, provider="rehearsal"), speed=5.0, fault=fault), name)


@asynccontextmanager
async def _wizard(size: tuple[int, int]) -> AsyncIterator[Pilot[Any]]:
    """Yield the wizard in a home of its own, with a profile that works."""
    from screens.app import KubetuiApp

    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": f"{home}/state", "XDG_CONFIG_HOME": f"{home}/config"}
        _save(GOOD)
        app = KubetuiApp()
        async with app.run_test(size=size) as pilot:
            yield pilot
            app.exit(0)
        app.threads.finish(print)


async def readme() -> None:
    """Take the README's pictures."""
    async with _wizard((100, 30)) as pilot:

        async def picture(name: str) -> None:
            if name in README:
                (HERE / f"{name}.svg").write_text(_svg(pilot, MONOKAI), encoding="utf-8")

        await Walk(pilot, picture).all()


async def everything(folder: Path) -> None:
    """Take a picture of every screen at every size, dark and light and then without colour."""
    for looks in ({"dark": MONOKAI, "light": ALABASTER}, {"nocolor": MONOKAI}):
        if "nocolor" in looks:
            os.environ["NO_COLOR"] = "1"
        async with _wizard(SIZES[1]) as pilot:

            async def picture(name: str, pilot: Pilot[Any] = pilot, looks: dict[str, TerminalTheme] = looks) -> None:
                for columns, rows in SIZES:
                    await pilot.resize_terminal(columns, rows)
                    await pilot.pause(0.3)
                    for look, theme in looks.items():
                        path = folder / f"{name}-{columns}x{rows}-{look}.svg"
                        path.write_text(_svg(pilot, theme), encoding="utf-8")
                        path.with_suffix(".txt").write_text(_text(pilot), encoding="utf-8")

            await Walk(pilot, picture).all()


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
        target.mkdir(parents=True, exist_ok=True)
        asyncio.run(everything(target))
    else:
        asyncio.run(readme())
