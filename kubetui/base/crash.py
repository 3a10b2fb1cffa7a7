"""Reports an unexpected error: where it happened, never the values of variables."""

from __future__ import annotations

import traceback
from pathlib import Path

from kubetui import __version__
from kubetui.base.errors import KubetuiError
from kubetui.base.files import refusal
from kubetui.base.redaction import redact
from kubetui.base.text import clean

_HOME = Path(__file__).resolve().parents[2]
_WORDS = 500


def shown(error: Exception) -> KubetuiError:
    """Return an error as one sentence for a person: a known error, a refusal of this host, or a bug."""
    match error:
        case KubetuiError():
            return error
        case OSError() if refused := refusal(error):
            return refused
        case _:
            text = " ".join(str(error).split())[:_WORDS]
            return KubetuiError(f"{type(error).__name__}: {text}", fix="This is a bug in kubetui.", id="UNEXPECTED")


def report(error: BaseException) -> str:
    """Return a report of a bug: each error of the chain with its frames, without values."""
    parts = [f"kubetui {__version__}: this is a bug in kubetui; everything built so far is kept."]
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    for each in reversed(chain):
        parts += [f"  {_place(frame)}" for frame in traceback.extract_tb(each.__traceback__)]
        text = " ".join(str(each).split())[:_WORDS]
        parts.append(redact(clean(f"{type(each).__name__}: {text}")))
    return "\n".join([*parts, "Please report it with these lines: see SECURITY.md if it is about security."])


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    shown = path.relative_to(_HOME) if path.is_relative_to(_HOME) else Path(*path.parts[-2:])
    return f"{shown}:{frame.lineno} in {frame.name}"
