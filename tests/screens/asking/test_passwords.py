"""A run's passwords: asked for before it begins, hidden while they are typed, kept in memory alone."""

from pathlib import Path

import pytest
from textual.widgets import Input

from kubetui.base.files import credentials_file
from kubetui.profile import credentials
from kubetui.profile.schema.profile import Profile
from screens.app import KubetuiApp
from screens.asking.passwords import ask
from screens.widgets.dialogs import Ask
from tests.screens.conftest import FakeHost
from tests.screens.start.test_screen import listed

PROFILE = Profile.model_validate(
    {"mirrors": {"http_proxy": "http://me@proxy:3128", "apt_proxy": "http://me@cache:3142"}}
)
TYPED = "s3cret!"


async def test_each_password_is_asked_for_once_and_never_shown(host: FakeHost) -> None:
    begun: list[str] = []
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        assert isinstance(pilot.app, KubetuiApp)
        ask(pilot.app, PROFILE, lambda: begun.append("run"))
        for place in ("http://me@cache:3142", "http://me@proxy:3128"):
            await pilot.pause()
            assert isinstance(pilot.app.screen, Ask)
            assert place in str(pilot.app.screen.query("Static").first().render())
            assert pilot.app.screen.query_one(Input).password
            await pilot.press(*TYPED.replace("!", ""), "exclamation_mark")
            assert TYPED not in pilot.app.export_screenshot()
            assert not begun
            await pilot.press("enter")
            await pilot.pause()
        assert begun == ["run"]
        ask(pilot.app, PROFILE, lambda: begun.append("again"))
        assert begun == ["run", "again"]
    found = credentials.of_run(PROFILE).find("http://me@proxy:3128")
    assert found is not None
    assert found.reveal() == TYPED
    assert not credentials_file().exists()


async def test_who_leaves_the_question_leaves_the_run(host: FakeHost) -> None:
    begun: list[str] = []
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        assert isinstance(pilot.app, KubetuiApp)
        ask(pilot.app, PROFILE, lambda: begun.append("run"))
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Ask)
    assert not begun


async def test_a_file_that_cannot_be_used_is_told(
    host: FakeHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    credentials_file().parent.mkdir(exist_ok=True)
    credentials_file().write_text("proxy: c4nary\n")
    credentials_file().chmod(0o644)
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await listed(pilot)
        assert isinstance(pilot.app, KubetuiApp)
        ask(pilot.app, PROFILE, lambda: pytest.fail("it began"))
        await pilot.pause()
        said = [note.message for note in pilot.app._notifications]
    assert any("Others may read it" in text for text in said)
    assert not any("c4nary" in text for text in said)
