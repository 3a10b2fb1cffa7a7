"""A run's passwords: asked for before it starts, hidden while typed, and kept only in memory."""

from pathlib import Path

import pytest
from textual.widgets import Input

from kubetui.base.files import credentials_file
from kubetui.profile import credentials
from kubetui.profile.schema.profile import Profile
from screens.app import KubetuiApp
from screens.asking.passwords import ask_passwords
from screens.widgets.dialogs import Ask
from tests.screens.apps import SIZE, listed
from tests.screens.hosts import FakeHost

PROFILE = Profile.model_validate(
    {"mirrors": {"http_proxy": "http://me@proxy:3128", "apt_proxy": "http://me@cache:3142"}}
)
TYPED = "s3cret!"


async def test_it_asks_for_each_password_once_and_never_shows_it(host: FakeHost) -> None:
    begun: list[str] = []
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        ask_passwords(pilot.app.app, PROFILE, lambda: begun.append("run"))
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
        ask_passwords(pilot.app.app, PROFILE, lambda: begun.append("again"))
        assert begun == ["run", "again"]
    found = credentials.of_run(PROFILE).find("http://me@proxy:3128")
    assert found is not None
    assert found.reveal() == TYPED
    assert not credentials_file().exists()


async def test_escape_cancels_the_run(host: FakeHost) -> None:
    begun: list[str] = []
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        ask_passwords(pilot.app.app, PROFILE, lambda: begun.append("run"))
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Ask)
    assert not begun


async def test_it_reports_an_unusable_credentials_file(
    host: FakeHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    credentials_file().parent.mkdir(exist_ok=True)
    credentials_file().write_text("proxy: c4nary\n")
    credentials_file().chmod(0o644)
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        ask_passwords(pilot.app.app, PROFILE, lambda: pytest.fail("it began"))
        await pilot.pause()
        said = [note.message for note in pilot.app._notifications]
    assert any("Others may read it" in text for text in said)
    assert not any("c4nary" in text for text in said)
