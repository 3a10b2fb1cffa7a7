"""Every command has an example that its own options accept, and every option an environment variable of its own."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kubetui.cli.language.tree import SECTIONS, Command, Group, walk
from kubetui.cli.main import main

ALL = list(walk(main))
LEAVES = [(words, command) for words, command in ALL if isinstance(command, Command)]


def ids(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else ""


@pytest.mark.parametrize(("words", "command"), LEAVES, ids=ids)
def test_every_command_has_examples_that_it_accepts(words: tuple[str, ...], command: Command) -> None:
    assert command.examples
    for line, what in command.examples:
        assert what
        assert what[0].isupper()
        start = line.index("kubetui")
        typed = shlex.split(line[start:].partition(" >")[0].removesuffix('")').replace(')"', ""))
        assert tuple(typed[1 : len(words) + 1]) == words
        command.make_context(words[-1], typed[len(words) + 1 :], resilient_parsing=False)


def test_every_command_is_in_a_section() -> None:
    for name, command in main.commands.items():
        assert getattr(command, "section", "") in SECTIONS, name


def test_all_are_made_of_the_same_classes() -> None:
    assert all(isinstance(command, Command | Group) for _, command in ALL)


def test_every_option_has_a_variable_of_its_own() -> None:
    variables = Counter(
        str(option.envvar)
        for _, command in ALL
        for option in command.params
        if isinstance(option, click.Option) and option.name not in {"color", "version"}
    )
    assert {*variables.values()} == {1}
    assert all(name.startswith("KUBETUI_") for name in variables)
    assert {"KUBETUI_PLAIN", "KUBETUI_UP_JSON", "KUBETUI_NODE_ADD_COUNT", "KUBETUI_STATUS_OUTPUT"} <= {*variables}


def test_a_variable_stands_for_its_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("KUBETUI_STATUS_OUTPUT", "json")
    assert CliRunner().invoke(main, ["status"]).stdout == "[]\n"
    # what is typed counts more
    assert CliRunner().invoke(main, ["status", "-o", "name"]).stdout == ""
    monkeypatch.setenv("KUBETUI_VERSION", "1")
    assert CliRunner().invoke(main, ["status"]).stdout == "[]\n"
    monkeypatch.setenv("KUBETUI_PLAIN", "1")
    assert CliRunner().invoke(main, ["status"]).exit_code == 0
    assert CliRunner().invoke(main, ["--plain", "status"]).exit_code == 0


@pytest.mark.parametrize(
    ("variables", "words", "code"),
    [
        ({"KUBETUI_STATUS_TIMEOUT": "5m"}, ["status"], 0),
        ({}, ["status", "--timeout", "5m"], 2),
        ({"KUBETUI_STATUS_OUTPUT": "yaml"}, ["status", "--json"], 0),
        ({"KUBETUI_PLAN_FILE": "none.yaml"}, ["plan", "tutorial"], 0),
        ({"KUBETUI_DOCTOR_PROVIDER": "nobody"}, ["doctor", "-o", "json"], 0),
        ({}, ["doctor", "--provider", "lxc"], 2),
        (
            {"KUBETUI_UP_SET": "machines.workers=3\nmachines.worker.labels={disk: ssd, rack: a}"},
            ["up", "x", "--dry-run"],
            2,
        ),
    ],
)
def test_what_is_typed_counts_more_than_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], words: list[str], code: int
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, words)
    # the doctor says 3 where something is missing here
    assert done.exit_code in ({0, 3} if words[0] == "doctor" and not code else {code}), done.output
    assert "cannot be read" not in done.output


def test_several_values_of_a_variable_stand_on_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBETUI_PLAN_SET", "machines.workers=1\nmachines.worker.labels={disk: ssd, rack: a}")
    document = json.loads(CliRunner().invoke(main, ["plan", "tutorial", "-o", "json"]).stdout)
    assert [machine["name"] for machine in document["machines"]] == ["kubmaster", "kubnode1"]


def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBETUI_STATUS_OUTPUT", "banana")
    done = CliRunner().invoke(main, ["status"])
    assert done.exit_code == click.UsageError.exit_code
    assert "KUBETUI_STATUS_OUTPUT has it." in done.stderr


def test_the_help_shows_sections_and_examples() -> None:
    text = CliRunner().invoke(main, ["--help"]).stdout
    assert [text.index(f"{title}:") for title in SECTIONS] == sorted(text.index(f"{title}:") for title in SECTIONS)
    assert "Examples:\n  Open the wizard:\n    kubetui\n" in text
    assert "..." not in text.partition("[ARGS]...")[2]
