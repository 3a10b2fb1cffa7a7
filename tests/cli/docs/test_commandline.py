"""The reference of the command line has every command and every option."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner

from kubetui.cli.docs.commandline import environment, reference
from kubetui.cli.language.tree import Group, contexts, name_variables
from kubetui.cli.main import main

TEXT = reference(main)


def every(info: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every command as click tells of it, with the words that call it."""
    if info.get("hidden"):
        return
    yield path, info
    for name, inner in info.get("commands", {}).items():
        yield from every(inner, f"{path} {name}")


COMMANDS = list(every(main.to_info_dict(click.Context(main, info_name="kubetui")), "kubetui"))


def section(path: str, text: str = TEXT) -> str:
    begin = text.index(f"\n## {path}\n")
    return text[begin : text.find("\n## ", begin + 1) if text.find("\n## ", begin + 1) >= 0 else len(text)]


def spellings(line: str) -> list[str]:
    """Return how the option of a line is given."""
    return line.split("`")[1].replace(",", " ").replace(" / ", " ").split()


@pytest.mark.parametrize(("path", "info"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_a_command_is_there_with_all_its_options_and_arguments(path: str, info: dict[str, Any]) -> None:
    said = section(path)
    lines = [line for line in said.splitlines() if line.startswith("- ")]
    told = [each for each in info["params"] if each["param_type_name"] == "option" and not each["hidden"]]
    for each in told:
        for spelling in (*each["opts"], *each["secondary_opts"]):
            [line] = [line for line in lines if spelling in spellings(line)]
            assert (each["help"] or "").rstrip(".") in line
    assert len(lines) == len(told)
    usage = CliRunner().invoke(main, [*path.split()[1:], "--help"], prog_name="kubetui").output.partition("\n\n")[0]
    assert " ".join(usage.removeprefix("Usage: ").split()) in said
    assert (info["help"] or info["short_help"]).split("\n")[0] in said


def test_nothing_else_is_there() -> None:
    assert TEXT.count("\n## ") == len(COMMANDS)


@pytest.fixture
def toy() -> click.Group:
    group = Group("toy", help="A toy.")

    @group.command(
        "pull-up",
        help="Pull it.\n\n\b\nAs it is.\fNot this.",
        examples=(("toy pull-up --as two", "the other way"),),
    )
    @click.option("--as", "called", type=click.Choice(["one", "two"]), default="one", help="How.")
    @click.option("--speed", type=click.FloatRange(0.1, 9), envvar="SPEED", help="How fast.")
    @click.option("--machine", multiple=True, help="Which.")
    @click.option("--secret", hidden=True, help="Not told.")
    def pull(**_: object) -> None:
        pass

    @group.command("gone", hidden=True)
    def gone() -> None:
        pass

    name_variables(group)
    return group


def test_environment_variables_defaults_and_examples_are_shown(toy: click.Group) -> None:
    said = section("kubetui pull-up", reference(toy))
    assert "- `--as [one|two]`: How. Default: `one`. Environment: `KUBETUI_PULL_UP_AS`." in said
    assert "- `--speed FLOAT RANGE`: How fast. 0.1 to 9. Environment: `SPEED`." in said
    assert "- `--machine TEXT`: Which. Can be given several times. Environment: `KUBETUI_PULL_UP_MACHINE`." in said
    assert "```sh\ntoy pull-up --as two  # the other way\n```" in said
    assert "As it is." in said
    assert "Not this." not in said


def test_hidden_commands_and_options_are_left_out(toy: click.Group) -> None:
    text = reference(toy)
    assert "gone" not in text
    assert "secret" not in text


def test_the_variable_is_the_one_that_click_reads(toy: click.Group) -> None:
    for context in contexts(toy):
        for option in context.command.params:
            if isinstance(option, click.Option) and (name := environment(option)):
                value = {"speed": "2", "color": "never"}.get(option.name or "", "one")
                with pytest.MonkeyPatch.context() as patch:
                    patch.setenv(name, value)
                    assert option.resolve_envvar_value(context) == value
