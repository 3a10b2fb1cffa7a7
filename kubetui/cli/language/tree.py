"""Commands with examples, sections, environment variables, and an answer to what other tools call something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from gettext import ngettext
from typing import Any, Final

import click

from kubetui.base.text import did_you_mean, shown
from kubetui.cli.language import foreign
from kubetui.cli.language.terminal import color_option

PREFIX: Final = "KUBETUI"
"""The beginning of every environment variable that stands for an option."""
SECTIONS: Final = ("Build a cluster", "Look at it", "Use it", "Day two", "Profiles and boxes", "Help")

_SENTENCE: Final = 160
"""Characters of a command's first sentence in a list, which is wrapped there and not cut."""

_VARIABLE: Final = click.core.ParameterSource.ENVIRONMENT
_FEW: Final = 8
"""Commands that an answer lists."""

Examples = Sequence[tuple[str, str]]
"""Command lines, each with what it does."""


class _Spoken(click.Command):
    """What commands and groups have in common: examples in the help, a section in the list of all, and --color."""

    def __init__(self, *args: Any, examples: Examples = (), section: str = "", **others: Any) -> None:
        super().__init__(*args, **others)
        self.examples = tuple(examples)
        self.section = section
        self.params.append(color_option())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below everything else."""
        if self.examples:
            with formatter.section(ngettext("Example", "Examples", len(self.examples))):
                for line, what in self.examples:
                    formatter.write_text(f"{what}:")
                    formatter.write(f"{'':{formatter.current_indent}}  {line}\n")
        super().format_epilog(ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; for an option of another tool, say what stands for it here."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            answer = foreign.option(_words(ctx), error.option_name)
            if answer is None:
                raise
            raise click.UsageError(f"There is no {error.option_name} here. {answer}", ctx) from None
        except click.BadParameter as error:
            option = error.param
            if not (isinstance(option, click.Option) and ctx.get_parameter_source(option.name or "") is _VARIABLE):
                raise
            raise click.BadParameter(f"{error.message} {option.envvar} has it.", ctx, option) from None


class Command(_Spoken):
    """A command of the program."""


class Group(_Spoken, click.Group):
    """A group whose commands are listed in sections, and that answers to words of other tools."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **others: Any) -> None:
        # older versions of click say of every group that it needs a command
        alone = others.get("invoke_without_command", False)
        others.setdefault("subcommand_metavar", "[COMMAND] [ARGS]..." if alone else "COMMAND [ARGS]...")
        super().__init__(*args, **others)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in their sections; those of a group without sections in one list."""
        commands = [(name, command) for name, command in self.commands.items() if not command.hidden]
        for title in (*SECTIONS, ""):
            rows = [
                (name, command.get_short_help_str(_SENTENCE))
                for name, command in commands
                if getattr(command, "section", "") == title
            ]
            if rows:
                with formatter.section(title or "Commands"):
                    formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word means. Raises UsageError that says what to type for any other word."""
        unknown = self.get_command(ctx, args[0]) is None and not args[0].startswith("-")
        # a shell that completes has no place for an error
        if unknown and not ctx.resilient_parsing:
            raise click.UsageError(self._instead(ctx, args), ctx)
        return super().resolve_command(ctx, args)

    def _instead(self, ctx: click.Context, args: Sequence[str]) -> str:
        """Return what to type instead of words that begin with no command."""
        words = (*_words(ctx), *args)
        answer = foreign.command(words)
        if answer is None:
            names = [name for name, command in self.commands.items() if not command.hidden]
            few = "Commands" if len(names) <= _FEW else ""
            answer = did_you_mean(args[0], names, otherwise=few) or "All commands: kubetui --help"
        return f"There is no command {shown(' '.join((*_words(ctx), args[0])))}. {answer}"


def contexts(root: click.Command) -> Iterator[click.Context]:
    """Yield the context of a command and of each one below it that is not hidden, in the order of their names."""
    yield from _below(click.Context(root, info_name="kubetui", **root.context_settings))


def _below(context: click.Context) -> Iterator[click.Context]:
    yield context
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield from _below(click.Context(command, parent=context, info_name=name, **command.context_settings))


def walk(root: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield a command and all below it that are not hidden, with the words that lead to each."""
    return ((_words(context), context.command) for context in contexts(root))


def name_variables(main: click.Command) -> None:
    """Let an environment variable stand for every option: KUBETUI_UP_TIMEOUT for `kubetui up --timeout`."""
    for words, command in walk(main):
        for option in command.params:
            # --version in a variable would be in place of every command
            if isinstance(option, click.Option) and option.envvar is None and not (option.is_eager and option.is_flag):
                option.envvar = variable(words, option)


def variable(words: Sequence[str], option: click.Option) -> str:
    """Return the environment variable that stands for an option.

    >>> variable(["node", "add"], click.Option(["--control-plane"]))
    'KUBETUI_NODE_ADD_CONTROL_PLANE'
    """
    long = next(name for name in option.opts if name.startswith("--"))
    # --color has one meaning everywhere, and so one variable
    place = () if option.name == "color" else words
    return "_".join((PREFIX, *place, long.removeprefix("--"))).replace("-", "_").upper()


def _words(ctx: click.Context) -> tuple[str, ...]:
    """Return the words that led to a command, without the program's own name."""
    words: list[str] = []
    while ctx.parent is not None:
        words.insert(0, ctx.info_name or "")
        ctx = ctx.parent
    return tuple(words)
