"""Each test has its own folder that acts as a machine."""

from pathlib import Path

import pytest

from tests.steps.box import Box


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)
