"""The report of a bug in a screen: it shows where, without the values of variables."""

import pytest

from kubetui.base.redaction import Secret
from screens.app import KubetuiApp


def boom() -> None:
    password = Secret("hunter2hunter2").reveal()
    raise ValueError(f"cannot use {password}\x1b[2J")


async def crash() -> None:
    app = KubetuiApp()
    async with app.run_test() as pilot:
        app.call_later(boom)
        await pilot.pause()


async def test_a_crash_report_has_no_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="cannot use"):
        await crash()
    report = capsys.readouterr().err
    assert "hunter2" not in report
    assert "[2J" in report
    assert "\x1b[2J" not in report
    assert "ValueError: cannot use ********" in report
    assert "test_crash.py" in report
