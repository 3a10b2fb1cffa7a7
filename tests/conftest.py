"""What holds for every test."""

from collections.abc import Iterator

import pytest

from kubetui import credentials, redaction


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests() -> Iterator[None]:
    """Secrets are remembered as long as the program runs: each test begins without those of the one before."""
    redaction.forget_all()
    credentials.forget_all()
    yield
    redaction.forget_all()
