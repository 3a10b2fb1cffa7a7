"""Settings and fixtures for all tests."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from kubetui.base import redaction
from kubetui.profile import credentials

# a busy host must not fail a test
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# the caller may ignore these signals, as nohup and a shell's & do, and processes that tests start would inherit that
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
# these override a terminal's real size
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def _no_catalogue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody ask the real catalogue for boxes; where nothing listens, the answer comes at once."""
    if request.node.get_closest_marker("e2e") is None:
        monkeypatch.setenv("VAGRANT_SERVER_URL", "http://127.0.0.1:9")


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests() -> Iterator[None]:
    """Forget the secrets of the previous test, because redaction remembers them as long as the program runs."""
    redaction.forget_all()
    credentials.forget_all()
    yield
    redaction.forget_all()
