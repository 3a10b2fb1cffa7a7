"""The documentation lists exactly the error ids and events that the code has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from kubetui.explain.errors import pages
from kubetui.steps.cluster.proof.findings import names

ROOT = Path(__file__).parent.parent
TABLES = {"Known", "_pattern", "Cause"}


def ids() -> Iterator[str]:
    """Yield every error id: passed as `id=`, set in a class, or listed in a table of known failures."""
    for path in (ROOT / "kubetui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.keyword(arg="id" | "error_id", value=ast.Constant(value=str(text))) if text:
                    yield text
                case ast.Assign(targets=[ast.Name(id="id")], value=ast.Constant(value=str(text))):
                    yield text
                case ast.Call(func=ast.Name(id=name), args=args) if name in TABLES:
                    texts = [
                        each.value for each in args if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    ]
                    yield from (text for text in texts if re.fullmatch(r"[A-Z][A-Z-]+", text))


def test_the_documented_error_ids_are_exactly_those_in_the_code() -> None:
    assert set(pages()) == set(ids())


def test_the_documented_checks_are_exactly_those_of_a_proof() -> None:
    text = (ROOT / "kubetui" / "explain" / "errors.md").read_text().partition("## Checks")[2]
    table = re.search(r"\| check .*\n((?:\|.*\n)+)", text)
    assert table is not None
    documented = re.findall(r"^\| ([a-z][a-z-]*) \| ", table[1], re.MULTILINE)
    assert tuple(documented) == names(policies=True, metrics=True)


def test_the_documented_events_are_exactly_those_in_the_code() -> None:
    text = (ROOT / "kubetui" / "engine" / "events.py").read_text()
    union = re.search(r"^Event = (.*)$", text, re.MULTILINE)
    assert union is not None
    events = (ROOT / "docs" / "events.md").read_text().partition("## Results")[0]
    documented = re.findall(r"^\| `(\w+)` \|", events, re.MULTILINE)
    assert sorted(documented) == sorted(union.group(1).split(" | "))
