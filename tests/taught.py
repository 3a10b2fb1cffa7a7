"""Compares the commands that a step teaches with those that were really called."""

import re
from collections.abc import Iterable

PLACEHOLDER = re.compile(r"<[a-z][^<>]*>")
OPTIONAL = re.compile(r"\\ \\\[(\\-\\-[^]]+)\\\]")
"""An option in square brackets, escaped."""
ELSEWHERE = re.compile(r" # on (\S+)$")


def pattern(taught: str) -> re.Pattern[str]:
    """Return what a taught command looks like once it is called: placeholders stand for any text."""
    parts = map(re.escape, PLACEHOLDER.split(ELSEWHERE.sub("", taught)))
    return re.compile(OPTIONAL.sub(r"( \1)?", ".+".join(parts)))


def differences(taught: Iterable[str], called: Iterable[str]) -> list[str]:
    """Return the taught commands that were not called, and the called ones that are not taught."""
    taught, called = list(taught), list(called)
    patterns = {text: pattern(text) for text in taught}
    missing = [f"taught, not called: {text}" for text, each in patterns.items() if not any(map(each.fullmatch, called))]
    extra = [text for text in called if not any(each.fullmatch(text) for each in patterns.values())]
    return [*missing, *(f"called, not taught: {text}" for text in extra)]
