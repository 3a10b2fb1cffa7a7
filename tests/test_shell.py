"""Shell code lives in `.sh` files that pass shellcheck; Python files contain no shell scripts."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kubetui.base.scripts import script
from tests.shellscripts import shellcheck, taken

ROOT = Path(__file__).parents[1]
FILES = sorted(ROOT.glob("kubetui/**/*.sh"))
DISABLED = re.compile(r"^# shellcheck disable=([A-Z0-9,]+) # \S.*$", re.MULTILINE)
VALUES = re.compile(r"^# shellcheck shell=bash # values: ([A-Z0-9_]+(?:, [A-Z0-9_]+)*)$", re.MULTILINE)
LONGEST = 3
"""The maximum number of lines of shell in a Python string."""
SHELL = re.compile(
    r"^\s*(?:\[\[ |(?:if|for|while|until|case|local|export|printf|mkdir|rm|trap|systemctl|say|fail|put|retry) "
    r"|set -|exit\b|(?:fi|done|esac)$|\w+\(\) \{|\w+=\$\()",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Path, set[str]]:
    """Return the shellcheck codes of each file with its disable comments removed."""
    folder = tmp_path_factory.mktemp("undisabled")
    copies = {folder / f"{number}.sh": path for number, path in enumerate(FILES)}
    for copy, path in copies.items():
        copy.write_text(DISABLED.sub("#", path.read_text()))
    said = defaultdict(set)
    for copied, code, _ in shellcheck(*copies):
        said[copies[Path(copied)]].add(code)
    return said


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_shellcheck_finds_only_what_a_file_disables_with_a_reason(
    path: Path, findings: Mapping[Path, set[str]]
) -> None:
    allowed = {code for match in DISABLED.finditer(path.read_text()) for code in match[1].split(",")}
    assert findings[path] == allowed


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_script_lists_the_values_that_it_reads(path: Path) -> None:
    head, _, text = path.read_text().partition("\n")
    match = VALUES.fullmatch(head)
    assert match or head == "# shellcheck shell=bash"
    names = match[1].split(", ") if match else []
    assert names == sorted(names)
    assert set(names) == taken(text)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_pipe_ends_in_a_grep_that_stops_reading(path: Path) -> None:
    """With pipefail, a writer that is not done by then ends with SIGPIPE, and the found line counts as not found."""
    assert not re.search(r"\|\s*grep (?:-\w*q|--quiet)", re.sub(r"\|\|", "", path.read_text()))


def test_shellcheck_finds_nothing_in_the_lxc_template() -> None:
    assert list(shellcheck(ROOT / "kubetui/machines/vagrant/lxc/lxc-template")) == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_loaded_script_is_its_file_without_shellchecks_comments(path: Path) -> None:
    package = ".".join(path.parent.relative_to(ROOT).parts)
    loaded = script(package, path.name)
    assert "shellcheck" not in loaded
    assert path.read_text().endswith(loaded)


def test_python_files_contain_no_shell_scripts() -> None:
    files = [*ROOT.glob("kubetui/**/*.py"), *ROOT.glob("screens/**/*.py")]
    held = {named(path): list(scripts_in(path.read_text())) for path in files}
    assert {path: lines for path, lines in held.items() if lines} == {}


def scripts_in(source: str) -> Iterator[str]:
    """Yield the line number and first line of every string with a shell script longer than LONGEST lines."""
    tree = ast.parse(source)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            lines = [line for line in node.value.splitlines() if line.strip()]
            if len(lines) > LONGEST and SHELL.search(node.value):
                yield f"line {node.lineno}: {lines[0]}"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('A = """\nset -e\nls\nls\nls\n"""\n', 1),
        ('A = f"{B}\\nls\\nls\\nls\\n  [[ -e /x ]] || exit 3\\n"\n', 1),
        ('run(Command("x=$(ls)\\nls\\nls\\nls\\n"))\n', 1),
        ('A = """\nset -e\nls\n\nls\n"""\n', 0),
        ('def f():\n    """Run it.\n\n    set -e\n    ls\n    ls\n    ls\n    """\n', 0),
        ('A = """\nScreen {\n  set: 1;\n  exited: 2;\n}\n"""\n', 0),
    ],
)
def test_shell_scripts_in_python_strings_are_detected(source: str, count: int) -> None:
    assert len(list(scripts_in(source))) == count
