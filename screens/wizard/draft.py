"""What a person has entered so far, right or not yet: nothing of it is lost by going back."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import AddressValueError
from typing import Any

from kubetui.profile.plan import Plan
from kubetui.profile.questions.answers import answer, fitting, is_asked, problems, profile_of, value_at, values_of
from kubetui.profile.questions.pages import FieldPath, Question, owner, pages
from kubetui.profile.questions.typed import parse_answer, written
from kubetui.profile.schema.profile import Profile

Path = tuple[str | int, ...]


class Draft:
    """The answers of one way through the wizard.

    `source` names the profile that it began with, empty for a new one.
    """

    def __init__(self, profile: Profile | None = None, source: str = "") -> None:
        self.source = source
        self.original = profile or Profile()
        self.values: Mapping[str, Any] = values_of(self.original)
        """Everything that was answered last, also what means nothing with the other answers as they now are."""
        self.left: set[FieldPath] = set()
        """The fields that the person has been in and left: only these may be called wrong."""
        self.warned = False
        self._wrong: dict[FieldPath, tuple[str, str]] = {}

    def text(self, question: Question) -> str:
        """Return what stands in a field."""
        if question.path in self._wrong:
            return self._wrong[question.path][0]
        return written(question, value_at(self.values, question))

    def asks(self, question: Question) -> bool:
        """Tell whether a question makes sense with what the others say."""
        return is_asked(question, self.values)

    def enter(self, question: Question, text: str) -> None:
        """Take what was typed; the last right value stays until there is another."""
        try:
            value = parse_answer(question, text)
        except ValueError as error:
            self._wrong[question.path] = (text, str(error))
            return
        self._wrong.pop(question.path, None)
        self.values = answer(self.values, question.path, value)

    def is_wrong_by_itself(self, question: Question) -> bool:
        """Tell whether a field's text is wrong whatever the other fields say."""
        return question.path in self._wrong

    def problems(self) -> dict[Path, str]:
        """Return what is wrong, by field: with its text first, and else between the fields."""
        hidden = {question.path for page in pages() for question in page.questions if not self.asks(question)}
        found: dict[Path, str] = {path: message for path, (_, message) in self._wrong.items() if path not in hidden}
        for path, message in problems(fitting(self.values)).items():
            found.setdefault(owner(path), message)
        return found

    def profile(self) -> Profile:
        """Return the profile of the last right values, whatever the rules between them say."""
        return profile_of(fitting(self.values))

    def plan(self) -> Plan | None:
        """Return what follows from the last right values; None where its addresses would leave the IPv4 space."""
        plan = Plan(self.profile())
        try:
            return plan if plan.machines else None
        except AddressValueError:
            return None

    @property
    def changed(self) -> bool:
        """Whether anything differs from what it began with."""
        return bool(self._wrong) or self.profile() != profile_of(fitting(values_of(self.original)))


def page_of(path: Path) -> int:
    """Return the index of the page where a problem belongs: its question's, or else that of its group."""
    for index, page in enumerate(pages()):
        if any(question.path == path for question in page.questions):
            return index
    for index, page in enumerate(pages()):
        if any(question.path[0] == path[0] for question in page.questions if len(question.path) > 1):
            return index
    return 0
