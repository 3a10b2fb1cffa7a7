"""Architecture limits: small folders, short import chains, and an ARCHITECTURE.md that matches the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
MOST_MODULES = 14
LONGEST_CHAIN = 11
FOLDERS = sorted(
    folder
    for package in ("kubetui", "screens")
    for folder in (ROOT / package, *(ROOT / package).rglob("*"))
    if folder.is_dir() and any(folder.glob("*.py"))
)
ROOMS = sorted(
    ".".join(folder.relative_to(ROOT).parts) for folder in FOLDERS if len(folder.relative_to(ROOT).parts) == 2
)
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| `([^`|]+)` \| ([^|]*)\|$", TEXT, re.MULTILINE)


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("kubetui", "screens", cache_dir=None)


def chain_from(module: str, room: frozenset[str], above: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the longest import chain from a module inside its room; fail on an import circle."""
    assert module not in above, f"import circle: {' > '.join((*above, module))}"
    below = graph().find_modules_directly_imported_by(module) & room
    return (module, *max((chain_from(each, room, (*above, module)) for each in sorted(below)), key=len, default=()))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_folder_has_few_modules(folder: Path) -> None:
    modules = sorted(path.name for path in folder.glob("*.py"))
    assert len(modules) <= MOST_MODULES, modules


@pytest.mark.parametrize("room", ROOMS)
def test_import_chains_inside_a_room_are_short(room: str) -> None:
    modules = frozenset(name for name in graph().modules if name == room or name.startswith(f"{room}."))
    longest = max((chain_from(module, modules) for module in sorted(modules)), key=len)
    assert len(longest) <= LONGEST_CHAIN, " > ".join(longest)


def test_the_table_lists_what_a_newcomer_looks_for() -> None:
    concerns = " ".join(concern for concern, _, _ in ROWS)
    for wanted in ("join token", "redacted", "exit code", "drops lines", "box", "API server", "retried"):
        assert wanted in concerns


def test_a_clusters_profile_is_read_as_what_the_cluster_was_built_from() -> None:
    """`load` would give a file without a version today's default."""
    for path in (*(ROOT / "kubetui").rglob("*.py"), *(ROOT / "screens").rglob("*.py")):
        assert not re.search(r"\bload\([^)]*\.profile\b", path.read_text()), path


def defined(path: Path) -> set[str]:
    """Return the names that a module defines at its top level, and those of its classes as CLASS.NAME."""
    found: set[str] = set()

    def collect(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.add(prefix + name)
                case ast.ClassDef(name=name, body=inner):
                    found.add(prefix + name)
                    collect(inner, f"{prefix}{name}.")
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    found.add(prefix + name)
                case _:
                    pass

    collect(ast.parse(path.read_text(encoding="utf-8")).body, "")
    return found


@pytest.mark.parametrize(("concern", "place", "names"), ROWS, ids=[row[0].strip() for row in ROWS])
def test_everything_that_the_table_names_exists(concern: str, place: str, names: str) -> None:
    path = ROOT / place
    assert path.exists(), f"{concern}: {place} does not exist"
    wanted = set(re.findall(r"`([^`]+)`", names))
    if path.is_file() and path.suffix == ".py":
        assert wanted <= defined(path), f"{concern}: {place} does not define {sorted(wanted - defined(path))}"
    else:
        assert all((path / name).exists() for name in wanted), f"{concern}: {place} lacks one of {sorted(wanted)}"
