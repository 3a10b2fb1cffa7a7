"""The reference of the command line, made from click's commands: no command and no option can be left out."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from typing import Final

import click

from kubetui.cli.docs.words import code
from kubetui.cli.language.tree import contexts

_TOP: Final = """# Commands

Every command with its arguments and options, made from the program itself; `kubetui COMMAND --help` says the same. An
option can also be given by the environment variable beside it; a flag's is 1 or 0, and one that can be given several
times has a value a line. What is typed takes precedence.

Exit codes are listed with the [errors](errors.md#exit-codes). Results go to standard output, progress and questions to
standard error.
"""


def reference(root: click.Command) -> str:
    """Return the reference of a command and of everything below it, as Markdown; hidden ones are left out."""
    return "\n".join((_TOP, *("\n".join(_section(each)) for each in contexts(root))))


def _section(context: click.Context) -> Iterator[str]:
    command = context.command
    yield f"## {context.command_path}\n"
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    yield f"```text\n{usage}\n```\n"
    yield f"{_paragraphs(command.help or command.short_help or '')}\n"
    options = [each for each in command.get_params(context) if _shown(each)]
    if options:
        yield "\n".join(_option(each, context) for each in options) + "\n"
    if isinstance(command, click.Group):
        names = [each for each in command.list_commands(context) if not command.commands[each].hidden]
        yield f"Commands: {', '.join(code(each) for each in names)}.\n"
    examples: tuple[tuple[str, str], ...] = getattr(command, "examples", ())
    if examples:
        yield "```sh\n" + "\n".join(f"{line}  # {what}" for line, what in examples) + "\n```\n"


def _paragraphs(text: str) -> str:
    """Return a command's help without what click reads as its end (form feed) or as a block of its own (backspace)."""
    return cleandoc(text).partition("\f")[0].replace("\b\n", "").rstrip()


def _shown(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.hidden


def _option(option: click.Parameter, context: click.Context) -> str:
    """Return the line of an option: how it is given, what it does, its default and its environment variable."""
    record = option.get_help_record(context)
    if not isinstance(option, click.Option) or record is None:
        raise TypeError(f"{option.name} of {context.command_path} is no option that a person sees")
    spelling, _ = record
    parts = [f"- {code(spelling)}: {option.help.rstrip('.')}." if option.help else f"- {code(spelling)}"]
    if option.multiple:
        parts.append("Can be given several times.")
    kept = option.type.get_metavar(option, context) if isinstance(option.type, click.Choice) else None
    if kept and kept not in spelling:
        parts.append(f"One of {code(kept)}.")
    if isinstance(option.type, click.IntRange | click.FloatRange):
        parts.append(f"{option.type.min} to {option.type.max}.")
    if isinstance(option.default, str | int | float) and not option.is_flag and option.default != "":
        parts.append(f"Default: {code(str(option.default))}.")
    if variable := environment(option):
        parts.append(f"Environment: {code(variable)}.")
    return " ".join(dict.fromkeys(parts))


def environment(option: click.Option) -> str:
    """Return the name of the environment variable that gives an option's value; empty where there is none."""
    return option.envvar if isinstance(option.envvar, str) else ""
