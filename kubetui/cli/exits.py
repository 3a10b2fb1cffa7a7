"""How a command ends: with one clear message and an exit code, never with a traceback.

Every command loads this; what only an error needs is imported when there is one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from kubetui.base.errors import KubetuiError, StoppedError


def open_streams() -> None:
    """Lead nowhere what whoever started this has closed (`kubetui up lab <&-`): Python has no stream for it at all."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as the program


def friendly(command: Callable[..., int | None]) -> Callable[..., None]:
    """Show an error as one clear message with its exit code, never as a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            code = command(*args, **kwargs)
        except (click.exceptions.Exit, click.ClickException, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - Python's own report would tell what it holds
            code = _explained(error)
        sys.exit(code or 0)

    return run


def _explained(error: BaseException) -> int:
    """Say what ended a command, and return its exit code."""
    known: KubetuiError | None = None
    match error:
        case KubetuiError():
            known = error
        case KeyboardInterrupt() | click.Abort():
            known = StoppedError("Stopped.", fix="The same command goes on from here.")
        case OSError():
            from kubetui.base.files import refusal

            known = refusal(error)
    if known is not None:
        where = "" if isinstance(known, StoppedError) else f"\n  error {known.id}, docs/errors.md"
        _complain(f"kubetui: {known}{where}")
        return known.exit_code
    from kubetui.base import crash

    _complain(crash.report(error))
    return crash.CODE


def _complain(text: str) -> None:
    from kubetui.cli.audience import complain

    complain(text)
