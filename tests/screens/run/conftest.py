"""Fixtures for tests of runs: a fixed time zone, and an end of every run."""

import time
from collections.abc import Iterator

import pytest

from tests.screens.run.cases import THREADS


@pytest.fixture(autouse=True)
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use UTC, and end the test's runs."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    THREADS.finish(lambda _: None)
    monkeypatch.undo()
    time.tzset()
