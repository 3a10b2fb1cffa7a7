"""The list of profiles for `kubetui up` without one."""

from pathlib import Path

import pytest
from prompt_toolkit.input.defaults import create_pipe_input
from prompt_toolkit.output import DummyOutput

from kubetui.base.errors import KubetuiError, StoppedError
from kubetui.profile.files import library
from kubetui.profile.schema.profile import Profile
from screens.choosing import choose_profile

DOWN, ENTER, CTRL_C = "\x1b[B", "\r", "\x03"


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def chosen(keys: str) -> str:
    with create_pipe_input() as source:
        source.send_text(keys)
        return choose_profile(source=source, output=DummyOutput())


def test_the_chosen_profile_is_returned_and_an_unreadable_one_is_not_offered() -> None:
    library.save_as(Profile(name="mine"), "mine")
    (library.saved_folder() / "broken.yaml").write_text("name: [\n")
    names = [entry.name for entry in library.listing() if entry.profile is not None]
    assert "broken" not in names
    assert [chosen(DOWN * place + ENTER) for place in range(len(names))] == names


def test_ctrl_c_builds_nothing() -> None:
    with pytest.raises(StoppedError, match="Nothing was done"):
        chosen(CTRL_C)


def test_a_terminal_that_cannot_draw_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(KubetuiError, match="cannot draw"):
        chosen(ENTER)
