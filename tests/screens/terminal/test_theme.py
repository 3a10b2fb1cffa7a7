"""The tokens: readable in every theme, and what the shared parts of a screen make of them."""

from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES
from textual.widgets._toast import Toast

from screens.app import KubetuiApp
from screens.terminal.kept import file, kept_theme
from screens.terminal.theme import READABLE, TERMINAL, contrast
from screens.widgets.panes import Pane
from tests.screens.apps import LARGER, SIZE, drawn, listed
from tests.screens.hosts import FakeHost

TEXT = ("text", "text-muted", "accent", "success", "warning", "error", "code", "footer-key-foreground")
FIELDS = ("input", "input-focused", "input-wrong")
WITH_COLOURS = [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi]
DEFAULT = -1
"""The terminal's own colour, as Textual counts ANSI colours."""


def variables(name: str) -> dict[str, str]:
    app = KubetuiApp()
    app.theme = name
    return app.get_css_variables()


@pytest.mark.parametrize("name", WITH_COLOURS)
def test_text_is_readable_in_every_theme(name: str) -> None:
    found = {token: Color.parse(value) for token, value in variables(name).items() if token in (*TEXT, *FIELDS)}
    given = variables(name)
    for ground in (Color.parse(given["background"]), Color.parse(given["surface"])):
        for token in TEXT:
            assert contrast(found[token], ground) >= READABLE, token
    for token in FIELDS:
        assert contrast(Color.parse(given["input-text"]), found[token]) >= READABLE, token


@pytest.mark.parametrize("name", WITH_COLOURS)
def test_a_frame_and_a_field_can_be_told_from_what_they_stand_on(name: str) -> None:
    given = variables(name)
    surface = Color.parse(given["surface"])
    for token in ("border", "border-blurred", *FIELDS):
        assert contrast(Color.parse(given[token]), surface) > 1.15, token
    assert contrast(Color.parse(given["border"]), surface) > contrast(Color.parse(given["border-blurred"]), surface)


@pytest.mark.parametrize("name", [name for name, theme in BUILTIN_THEMES.items() if theme.ansi])
def test_the_other_themes_of_the_terminals_colours_have_every_token(name: str) -> None:
    assert {"input", "input-text", "code"} <= variables(name).keys()


@pytest.mark.parametrize("severity", ["information", "warning", "error"])
async def test_a_toast_has_the_terminals_own_ground_and_text(severity: Any, host: FakeHost) -> None:
    app = KubetuiApp(host)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await listed(pilot)
        app.notify("said", title="Title", severity=severity)
        await pilot.pause()
        toast = app.screen.query_one(Toast)
        assert (toast.styles.background.ansi, toast.styles.color.ansi) == (DEFAULT, DEFAULT)
        assert "said" in drawn(app)


async def frames(pilot: Pilot[Any]) -> list[tuple[Any, ...]]:
    await listed(pilot)
    return [pane.styles.border for pane in pilot.app.screen.query(Pane)]


async def test_the_focused_pane_has_the_brighter_border(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=LARGER) as pilot:
        begin, clusters, profiles = await frames(pilot)
        assert begin != clusters == profiles
        assert {side[0] for side in begin} == {"round"}
        await pilot.press("tab")
        await pilot.pause()
        panes = [pane.styles.border for pane in pilot.app.screen.query(Pane)]
        assert panes[0] == clusters
        assert begin in panes[1:]


async def test_a_small_terminal_has_rules_for_borders(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        for top, *others in await frames(pilot):
            assert top[0] == "solid"
            assert {side[0] for side in others} == {""}
        assert "Clusters" in drawn(pilot.app)


async def test_without_utf8_borders_are_ascii(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")
    async with KubetuiApp(host).run_test(size=LARGER) as pilot:
        await listed(pilot)
        assert drawn(pilot.app).isascii()


async def test_a_chosen_theme_is_kept(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        assert not file().exists()
        pilot.app.theme = "nord"
        await pilot.pause()
    assert file().stat().st_mode & 0o777 == 0o600
    again = KubetuiApp(host)
    assert again.theme == "nord"
    async with again.run_test(size=SIZE) as pilot:
        await listed(pilot)
        assert pilot.app.theme == "nord"


@pytest.mark.parametrize("content", [b"", b"no-such-theme\n", b"\xff\xfe" * 200])
def test_a_file_that_names_no_theme_changes_nothing(content: bytes) -> None:
    file().parent.mkdir(parents=True)
    file().write_bytes(content)
    assert KubetuiApp().theme == TERMINAL.name


def test_without_colour_no_theme_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    file().parent.mkdir(parents=True)
    file().write_text("nord\n")
    assert kept_theme() == "nord"
    monkeypatch.setenv("NO_COLOR", "1")
    assert KubetuiApp().theme == TERMINAL.name


async def test_a_theme_that_cannot_be_kept_is_used_all_the_same(host: FakeHost, tmp_path: Path) -> None:
    file().parent.mkdir(parents=True)
    file().symlink_to(tmp_path / "elsewhere")
    async with KubetuiApp(host).run_test(size=SIZE, notifications=True) as pilot:
        await listed(pilot)
        pilot.app.theme = "nord"
        await pilot.pause(0.3)
        assert "Theme not kept" in drawn(pilot.app)
        assert pilot.app.theme == "nord"
    assert not (tmp_path / "elsewhere").exists()


async def test_in_a_window_that_is_too_small_nothing_else_is_drawn(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        lines = [line for line in drawn(pilot.app).splitlines() if line.strip()]
        assert [line.strip() for line in lines] == [
            "kubetui needs 80 by 24 characters.",
            "This window has 60 by 20: make it larger.",
        ]
        await pilot.resize_terminal(*SIZE)
        await pilot.pause()
        assert "Profiles" in drawn(pilot.app)
