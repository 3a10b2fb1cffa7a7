"""How a command ends: with one clear message and an exit code, never with a traceback.

Every command loads this module, so it imports what only an error needs when there is one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from kubetui.base.errors import ExitCode, KubetuiError, StoppedError, cited

P = ParamSpec("P")


def open_streams() -> None:
    """Open /dev/null for streams that the caller closed (`kubetui up lab <&-`); Python leaves them None."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as the program


def friendly(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn a command's errors into one clear message and an exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except (click.exceptions.Exit, click.ClickException, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - Python's own report would show local values
            code = _report(error)
        sys.exit(code or ExitCode.OK)

    return run


def _report(error: BaseException) -> int:
    """Print what ended a command, and return its exit code."""
    known: KubetuiError | None = None
    match error:
        case KubetuiError():
            known = error
        case KeyboardInterrupt():
            known = StoppedError("Stopped.", fix="Run the same command again to resume.")
        case click.Abort():
            # at a question: the cursor is still in its line, and what was asked has not begun
            _complain("")
            known = StoppedError("Stopped at the question.")
        case OSError():
            from kubetui.base.files import refusal

            known = refusal(error)
    if known is not None:
        where = "" if isinstance(known, StoppedError) else f"\n  {cited(known.id)}"
        _complain(f"kubetui: {known}{where}")
        return known.exit_code
    from kubetui.base import crash

    _complain(crash.report(error))
    return ExitCode.BUG


def _complain(text: str) -> None:
    from kubetui.cli.audience import complain

    complain(text)
