"""Results as tables, names and documents; standard output holds nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from kubetui.cli.language.formats import Form, Table, write_document
from kubetui.cli.main import main

EVENTS = Path(__file__).parents[3] / "docs" / "events.md"
LISTS = (
    ("status",),
    ("profiles",),
    ("boxes",),
    ("addon", "list", "lab"),
    ("snapshot", "list", "lab"),
)


@pytest.fixture
def run(lab: Path) -> CliRunner:
    return CliRunner()


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_json_and_yaml_are_the_same_document(run: CliRunner, words: tuple[str, ...]) -> None:
    as_json = run.invoke(main, [*words, "-o", "json"])
    assert as_json.exit_code == 0, as_json.output
    document = json.loads(as_json.stdout)
    assert document == yaml.safe_load(run.invoke(main, [*words, "-o", "yaml"]).stdout)
    assert document == json.loads(run.invoke(main, [*words, "--json"]).stdout)


def test_names_are_names_and_nothing_else(run: CliRunner) -> None:
    assert run.invoke(main, ["status", "-o", "name"]).stdout == "lab\n"
    assert "tutorial" in run.invoke(main, ["profiles", "-o", "name"]).stdout.split("\n")
    assert run.invoke(main, ["addon", "list", "lab", "-o", "name"]).stdout.split() == [
        "storage",
        "metrics",
        "loadbalancer",
        "registry",
        "vip",
    ]
    assert run.invoke(main, ["snapshot", "list", "lab", "-o", "name"]).stdout == ""


def test_wide_shows_more_columns(run: CliRunner) -> None:
    head, *rows = run.invoke(main, ["status", "-o", "wide"]).stdout.splitlines()
    assert head.split() == [
        *("CLUSTER", "STATE", "MACHINE", "ROLE", "ADDRESS", "POWER", "CPUS", "MEMORY", "KUBERNETES", "PROVIDER")
    ]
    assert [row.split()[3] for row in rows] == ["kubmaster", "kubnode1", "kubnode2"]
    narrow = run.invoke(main, ["profiles"]).stdout.splitlines()[0]
    assert run.invoke(main, ["profiles", "-o", "wide"]).stdout.splitlines()[0].split() == [*narrow.split(), "FILE"]


def test_a_rehearsal_is_called_one_in_every_format(run: CliRunner) -> None:
    for form in ("wide", "json", "yaml"):
        assert "rehears" in run.invoke(main, ["status", "-o", form]).stdout


def test_two_formats_at_once_are_refused(run: CliRunner) -> None:
    done = run.invoke(main, ["status", "--json", "-o", "yaml"])
    assert done.exit_code == 2
    assert "contradict" in done.stderr


@given(st.lists(st.tuples(st.text("ab é", max_size=9), st.text("xy", max_size=5)), max_size=5))
def test_columns_of_a_table_begin_below_each_other(rows: list[tuple[str, str]]) -> None:
    lines = Table(("NAME", "STATE"), rows).lines()
    at = lines[0].index("STATE")
    for line, (_, second) in zip(lines[1:], rows, strict=True):
        assert line[at:] == second
        assert line == line.rstrip()


def test_yaml_keeps_the_order_and_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    write_document({"b": Form.JSON, "a": ("x", 1)}, Form.YAML)
    assert capsys.readouterr().out == "b: json\na:\n- x\n- 1\n"


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("profiles",),
        ("boxes",),
        ("version",),
        ("doctor",),
        ("plan", "tutorial"),
        ("addon", "list", "lab"),
        ("snapshot", "list", "lab"),
    ],
    ids=" ".join,
)
def test_the_documented_fields_are_those_of_the_document(run: CliRunner, words: tuple[str, ...]) -> None:
    command = " ".join(word for word in words if word not in {"lab", "tutorial"})
    row = next(line for line in EVENTS.read_text().splitlines() if line.startswith(f"| `{command}` |"))
    told = re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", row.partition("|")[2].partition("|")[2]))
    document = json.loads(run.invoke(main, [*words, "-o", "json"]).stdout)
    fields = {*(document[0] if isinstance(document, list) else document)}
    assert fields == {*told} - ({"error"} - fields)
