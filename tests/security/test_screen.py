"""Planted secrets appear on no screen of a run: not in its log, its failures or the wizard's own error."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.screen import Screen

from kubetui.base.files import credentials_file, write_private
from kubetui.engine.order import tasks_of
from kubetui.machines.rehearsal import answers, stage
from kubetui.machines.rehearsal.options import with_options
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.steps.build import STEPS
from kubetui.steps.cluster import join_control_plane
from screens.app import KubetuiApp
from screens.explain.lesson import lesson
from screens.explain.steppage import StepPage
from screens.log.buffers import text_of
from screens.run.screen import RunScreen
from tests.security.planted import DOCUMENT, KEY, PLACE, TOKEN, assert_none


class Running(KubetuiApp):
    """An app that shows one run from the start."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self.run_screen = RunScreen(profile, self.threads)

    def get_default_screen(self) -> Screen[None]:
        return self.run_screen


@pytest.mark.parametrize("fault", [None, "init-timeout"])
async def test_no_screen_of_a_run_shows_a_secret(
    fault: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    credentials_file().parent.mkdir(parents=True)
    write_private(credentials_file(), f'"{PLACE}": "pr0xyc@nary"\n')
    letters = itertools.cycle(TOKEN.replace(".", ""))
    used: list[str] = []

    def token_hex(size: int) -> str:
        used.append("key")
        return KEY[: 2 * size]

    fakes = {"choice": lambda _: next(letters), "token_hex": secrets.token_hex}
    monkeypatch.setattr(answers, "secrets", SimpleNamespace(**fakes))
    monkeypatch.setattr(join_control_plane, "secrets", SimpleNamespace(token_hex=token_hex))
    profile = with_options(Profile.model_validate({**DOCUMENT, "provider": "rehearsal"}), speed=1000, fault=fault)
    app = Running(profile)
    async with app.run_test(size=(120, 40)) as pilot:
        session = app.run_screen.session
        while session.running:
            await asyncio.sleep(0.05)
            assert_none(app.export_screenshot())
        for key in ("a", "c", "c", "T", "pageup", "enter"):
            await pilot.press(key)
            await pilot.pause()
            assert_none(app.export_screenshot())
    assert session.error is None
    assert session.progress.finished is not None
    assert session.progress.finished.ok is (fault is None)
    _, entries = session.buffers.all.since(0)
    assert len(entries) > 50
    for entry in entries:
        assert_none(text_of(entry))
    assert bool(used) is (fault is None)
    for folder in list(stage._stages):
        await stage.leave(folder)


def test_no_step_page_shows_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    credentials_file().parent.mkdir(parents=True)
    write_private(credentials_file(), f'"{PLACE}": "pr0xyc@nary"\n')
    plan = Plan(Profile.model_validate(DOCUMENT))
    for task in tasks_of(STEPS, plan):
        found = lesson(plan, task.machine, task.step)
        assert found is not None
        page = StepPage(plan, found)
        assert_none("\n".join((*found.commands, *found.changes, page.script())))
