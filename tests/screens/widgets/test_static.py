"""A text widget that is always as tall as its text."""

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from screens.widgets.static import Static


class Two(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("", id="first")
        yield Static("", id="second")


async def test_a_text_set_during_another_widgets_layout_gets_its_height() -> None:
    async with Two().run_test() as pilot:
        first = pilot.app.query_one("#first", Static)
        first.update("one line")
        # as when the second widget grows before the first has had its turn
        pilot.app.screen._clear_arrangement_cache()
        pilot.app.screen._refresh_layout()
        first.update("one line\nand another\nand a third")
        await pilot.pause()
        assert first.size.height == 3


async def test_an_unchanged_text_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Two().run_test() as pilot:
        first = pilot.app.query_one("#first", Static)
        laid_out: list[bool] = []
        monkeypatch.setattr(first, "update", lambda _words, *, layout: laid_out.append(layout))
        first.say(Content("9 of 38"))
        assert laid_out == [True]
        monkeypatch.undo()
        first.say(Content("9 of 38"))
        monkeypatch.setattr(first, "update", lambda _words, *, layout: laid_out.append(layout))
        for words in ("9 of 38", "8 of 38", "9 of 38\nand more"):
            first.say(Content(words))
        assert laid_out == [True, False, True]
