"""The log on a screen: following, searching, filtering, saving, and what it shows of hostile output."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot

from kubetui.base.text import LineCutter
from kubetui.engine.events import CommandStarted, Line, TaskId, TaskStarted
from screens.log.buffers import Buffer, text_of
from screens.log.pane import LogPane
from screens.log.screen import LOG_KEYS, LogScreen
from tests.screens.apps import LARGER, SIZE, OneScreen


class Logs(LogScreen):
    """A screen with only a log."""

    BINDINGS = LOG_KEYS

    def __init__(self, buffer: Buffer, machines: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.buffer = buffer
        self.machines = machines

    def compose(self) -> ComposeResult:
        yield LogPane("lab")
        yield self.foot()

    def on_mount(self) -> None:
        self.pane.show("kubmaster · kubeadm init", self.buffer, "kubmaster", self.machines)


def fill(buffer: Buffer, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        buffer.append(Line(1_700_000_000.0 + number, "kubmaster", "init", f"line {number}"))


def screen_of(pilot: Pilot[Any]) -> Logs:
    screen = pilot.app.screen
    assert isinstance(screen, Logs)
    return screen


def visible(pilot: Pilot[Any]) -> list[str]:
    lines = screen_of(pilot).pane.lines
    return [lines.render_line(y).text.rstrip() for y in range(lines.size.height)]


async def ticks(pilot: Pilot[Any], seconds: float = 0.3) -> None:
    await asyncio.sleep(seconds)
    await pilot.pause()


@pytest.mark.parametrize("size", [SIZE, LARGER])
async def test_a_reader_who_scrolled_up_stays_put_while_the_buffer_drops_lines(size: tuple[int, int]) -> None:
    buffer = Buffer(lines=300)
    fill(buffer, 300)
    async with OneScreen(lambda: Logs(buffer)).run_test(size=size) as pilot:
        await ticks(pilot)
        assert visible(pilot)[-1] == "line 299"
        await pilot.press("pageup", "pageup")
        await ticks(pilot)
        before = visible(pilot)
        for start in range(300, 2300, 200):
            fill(buffer, 200, start)
            await ticks(pilot, 0.1)
            assert visible(pilot) == before
        await pilot.press("end")
        await ticks(pilot)
        assert visible(pilot)[-1] == "line 2299"


async def test_scrolling_back_to_the_end_follows_again() -> None:
    buffer = Buffer()
    fill(buffer, 100)
    async with OneScreen(lambda: Logs(buffer)).run_test() as pilot:
        await ticks(pilot)
        await pilot.press("pageup")
        assert not screen_of(pilot).pane.lines.view.following
        await pilot.press("pagedown", "pagedown")
        assert screen_of(pilot).pane.lines.view.following
        await pilot.press("p")
        fill(buffer, 50, 100)
        await ticks(pilot)
        assert visible(pilot)[-1] == "line 99"
        await pilot.press("p")
        await ticks(pilot)
        assert visible(pilot)[-1] == "line 149"


async def test_older_lines_appear_above_without_moving_a_reader() -> None:
    buffer = Buffer()
    fill(buffer, 4900)
    async with OneScreen(lambda: Logs(buffer)).run_test() as pilot:
        await pilot.press("pageup")
        before = visible(pilot)
        await ticks(pilot, 2)
        assert visible(pilot) == before
        assert screen_of(pilot).pane.lines.view.height == 4900
        await pilot.press("home")
        await ticks(pilot)
        assert visible(pilot)[0] == "line 0"


async def test_search_marks_matches_and_moves_between_them() -> None:
    buffer = Buffer()
    fill(buffer, 200)
    async with OneScreen(lambda: Logs(buffer)).run_test() as pilot:
        await ticks(pilot)
        await pilot.press("slash", *"ine 5", "enter")
        lines = screen_of(pilot).pane.lines
        assert lines.current == 59
        assert "line 59" in visible(pilot)
        await pilot.press("n")
        assert lines.current == 5
        await pilot.press("N", "N")
        assert lines.current == 58
        row = lines.render_line(visible(pilot).index("line 58"))
        marked = [segment.text for segment in row if segment.style is not None and segment.style.reverse]
        assert marked == ["ine 5"]
        await pilot.press("escape")
        assert lines.searched is None


async def test_the_filter_applies_while_it_is_typed() -> None:
    buffer = Buffer()
    fill(buffer, 200)
    async with OneScreen(lambda: Logs(buffer)).run_test() as pilot:
        await ticks(pilot)
        await pilot.press("f", *"ne 19")
        await ticks(pilot)
        wanted = ["line 19", *(f"line {number}" for number in range(190, 200))]
        assert [line for line in visible(pilot) if line] == wanted
        await pilot.press("enter")
        fill(buffer, 1, 1900)
        await ticks(pilot)
        assert "line 1900" in visible(pilot)


async def test_wrapping_times_and_names() -> None:
    buffer = Buffer()
    buffer.append(Line(1_700_000_000.0, "kubnode1", "init", "漢字 " * 60))
    buffer.append(TaskStarted(1_700_000_001.0, TaskId("init", "kubnode1"), "kubeadm init", "Why.", "source"))
    async with OneScreen(lambda: Logs(buffer, ("kubmaster", "kubnode1"))).run_test(size=SIZE) as pilot:
        await ticks(pilot)
        assert visible(pilot)[0].startswith("kubnode1  漢字 漢字")
        assert visible(pilot)[1].startswith("          漢字")
        await pilot.press("t", "w")
        assert visible(pilot)[1].endswith("kubnode1  ── kubeadm init")
        lines = screen_of(pilot).pane.lines
        assert all(lines.render_line(y).cell_length == lines.scrollable_content_region.width for y in range(20))
        await pilot.press("right")
        assert lines.render_line(0).text[19] == " "


async def test_markup_is_shown_as_text() -> None:
    buffer = Buffer()
    buffer.append(Line(0.0, "kubmaster", "init", "[bold red]not markup[/] [@click=app.quit()]x[/]"))
    async with OneScreen(lambda: Logs(buffer)).run_test() as pilot:
        await ticks(pilot)
        assert visible(pilot)[0] == "[bold red]not markup[/] [@click=app.quit()]x[/]"


async def test_a_command_has_a_dollar_sign_and_a_look_of_its_own() -> None:
    buffer = Buffer()
    buffer.append(CommandStarted(0.0, "kubmaster", "swap", "swapoff -a"))
    buffer.append(Line(0.0, "kubmaster", "swap", "$ swapoff -a"))
    async with OneScreen(lambda: Logs(buffer)).run_test() as pilot:
        await ticks(pilot)
        assert visible(pilot)[:2] == ["$ swapoff -a"] * 2
        lines = screen_of(pilot).pane.lines
        command, line = (next(iter(lines.render_line(y))).style for y in range(2))
        assert command
        assert line
        assert command.color != line.color


async def test_saving_asks_before_it_overwrites_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    buffer = Buffer()
    fill(buffer, 3)
    target = tmp_path / "lab-kubmaster.log"
    target.write_text("mine")
    async with OneScreen(lambda: Logs(buffer)).run_test() as pilot:
        await ticks(pilot)
        await pilot.press("S", "enter")
        await pilot.pause()
        assert target.read_text() == "mine"
        await pilot.press("enter")
        await ticks(pilot)
    assert [line[20:] for line in target.read_text().splitlines()] == [
        f"kubmaster line {number}" for number in range(3)
    ]


async def test_output_is_cut_cleaned_and_drawn() -> None:
    cutter, buffer = LineCutter(), Buffer()
    data = (
        b"10%\r50%\r100%\n\xff\xfebad\n\x1b]52;c;cGxhbnQ=\x07\n"
        + b"x" * 5_000_000
        + b"\n\xe2\x80\xaertl\n\xc2\x9b31m\n"
    )
    for text in cutter.feed(data):
        buffer.append(Line(0.0, "kubmaster", "init", text))
    async with OneScreen(lambda: Logs(buffer)).run_test(size=SIZE) as pilot:
        await pilot.press("w")
        await ticks(pilot)
        shown = visible(pilot)
    assert shown[0] == "100%"
    assert all(line.isprintable() for line in shown)
    assert max(len(text_of(entry)) for entry in buffer.since(0)[1]) < 4200
