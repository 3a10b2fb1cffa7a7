"""What the code imports is declared, and bounded where it uses what a library may change without notice."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PROJECT: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = {"kubetui", "screens", "tests"}
IN_PODS = ROOT / "kubetui" / "software" / "lessons" / "files"
"""Scripts that run in an image with scikit-learn, and never on this host."""


def declared(requirements: list[str]) -> dict[str, str]:
    """Return each requirement's version range, by the project's normalised name."""
    split = [requirement.partition(">=") for requirement in requirements]
    return {name.lower().replace("_", "-"): bounds for name, _, bounds in split}


PROGRAM = declared(PROJECT["dependencies"])
TESTS = PROGRAM | declared(PROJECT["optional-dependencies"]["test"])


def imported(*folders: str) -> set[str]:
    """Return the names of other projects whose modules the files in these folders import."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if not path.is_relative_to(IN_PODS)]
    found = {name for path in paths for name in _imports(path)}
    known = packages_distributions()
    others = found - OWN - sys.stdlib_module_names
    return {known[name][0].lower().replace("_", "-") for name in others}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_the_program_declares_exactly_what_it_imports() -> None:
    assert imported("kubetui", "screens") == set(PROGRAM)


def test_the_tests_declare_what_they_import() -> None:
    assert imported("tests") <= set(TESTS)


def test_every_requirement_says_its_lowest_version() -> None:
    assert all(bounds[:1].isdigit() for bounds in TESTS.values())


@pytest.mark.parametrize("name", ["textual", "python-vagrant"])
def test_a_library_whose_private_names_are_used_has_an_upper_bound(name: str) -> None:
    assert ",<" in PROGRAM[name]
