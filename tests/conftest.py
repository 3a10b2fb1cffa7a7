"""What holds for every test."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from kubetui.base import redaction
from kubetui.profile import credentials

# no test fails because the machine has other things to do
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# whoever runs the tests may ignore these, as nohup and a shell's & do; what the tests start would ignore them, too
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
# they say more than a terminal does about its own size
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests() -> Iterator[None]:
    """Secrets are remembered as long as the program runs: each test begins without those of the one before."""
    redaction.forget_all()
    credentials.forget_all()
    yield
    redaction.forget_all()
