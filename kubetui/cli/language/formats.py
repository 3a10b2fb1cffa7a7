"""`-o`: results as a table, as names, or as documents for programs, always on standard output."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Final

import click

from kubetui.base.text import aligned, harmless
from kubetui.cli.language.values import typed


class Form(StrEnum):
    """How a result is written."""

    TEXT = "text"
    WIDE = "wide"
    NAME = "name"
    JSON = "json"
    YAML = "yaml"

    @property
    def document(self) -> bool:
        """Whether programs read it: then standard output has nothing else."""
        return self in {Form.JSON, Form.YAML}


DOCUMENTS: Final = (Form.JSON, Form.YAML)
LISTS: Final = (Form.JSON, Form.YAML, Form.WIDE, Form.NAME)

_Wrapped = Callable[..., None]


def formatted(*forms: Form) -> Callable[[_Wrapped], _Wrapped]:
    """Give a command -o with these formats, and --json as another way to write -o json; it gets `form`."""
    names = [str(form) for form in forms]
    what = f"Write {', '.join(names[:-1])} or {names[-1]}, instead of text."
    output = click.option("--output", "-o", "form", type=click.Choice(names), metavar="FORMAT", help=what)
    as_json = click.option("--json", "as_json", is_flag=True, help="The same as -o json.")

    def decorate(command: _Wrapped) -> _Wrapped:
        @wraps(command)
        def bundled(*args: object, form: str | None, as_json: bool, **others: object) -> None:
            if typed("as_json") and typed("form") and form != Form.JSON:
                raise click.UsageError(f"--json and -o {form} contradict each other: leave one out.")
            chosen = Form.JSON if as_json and not typed("form") else Form(form or Form.TEXT)
            command(*args, form=chosen, **others)

        return output(as_json(bundled))

    return decorate


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings; the last `more` columns belong to -o wide alone."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    more: int = 0

    def lines(self, *, wide: bool = False) -> list[str]:
        """Return the table as lines, without blanks at their ends.

        >>> Table(("NAME", "STATE"), [("lab", "ready")]).lines()
        ['NAME  STATE', 'lab   ready']
        """
        end = None if wide or not self.more else -self.more
        return [harmless(line) for line in aligned([self.heads[:end], *(row[:end] for row in self.rows)])]


def write_table(table: Table, form: Form) -> None:
    """Write a table as text, wide, or the first column alone; nothing where it has no rows."""
    if form is Form.NAME:
        for row in table.rows:
            click.echo(harmless(row[0]))
    elif table.rows:
        click.echo("\n".join(table.lines(wide=form is Form.WIDE)))


def write_document(document: Any, form: Form) -> None:
    """Write a document as JSON or YAML."""
    if form is Form.JSON:
        click.echo(json.dumps(document, indent=2))
        return
    import yaml

    # through JSON: tuples and enumerations of text are plain values there
    click.echo(yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, allow_unicode=True), nl=False)
