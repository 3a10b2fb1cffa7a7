"""The answers of one way through the wizard, right or wrong; going back loses none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError
from typing import Any

from kubetui.profile.plan import Plan
from kubetui.profile.questions.answers import answer, fitting, is_asked, profile_of, value_at, values_of
from kubetui.profile.questions.pages import FieldPath, Question, owner, pages
from kubetui.profile.questions.typed import parse_answer, written
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.profile import Profile

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What follows from the answers at one moment.

    The profile and the plan come from the last valid answer to each question; the plan is None where its
    addresses would leave the IPv4 space. `problems` are messages by field: about its text, or from the rules
    between fields.
    """

    profile: Profile
    plan: Plan | None
    problems: Mapping[Path, str]


class Draft:
    """The answers. `source` names the profile that they started from or were saved as; empty for neither."""

    def __init__(self, profile: Profile | None = None, source: str = "") -> None:
        self.source = source
        self._values: Mapping[str, Any] = values_of(profile or Profile())
        """The last valid answer to each question, including questions that do not apply now."""
        self.left: set[FieldPath] = set()
        """The fields that the person has visited and left; only these may be called wrong."""
        self.seen: set[int] = set()
        """The pages that the person has seen, by index."""
        self.own: set[str] = set()
        """The clusters that these answers are meant for: their profile's, and those that were started from them."""
        self.warned = False
        self._wrong: dict[FieldPath, tuple[str, str]] = {}
        """The text of each invalid answer, and what is wrong with it."""
        self._look: Look | None = None
        self._unchanged = self.look().profile
        if source:
            self.own.add(self._unchanged.name)

    def look(self) -> Look:
        """Return what follows from the answers; worked out once per change."""
        if self._look is None:
            profile = profile_of(fitting(self._values))
            plan = Plan(profile)
            self._look = Look(profile, plan if _has_addresses(plan) else None, self._problems(plan))
        return self._look

    def _problems(self, plan: Plan) -> Mapping[Path, str]:
        found: dict[Path, str] = {}
        for page in pages():
            for question in page.questions:
                if question.path in self._wrong and self.asks(question):
                    found[question.path] = self._wrong[question.path][1]
        for problem in check(plan):
            found.setdefault(owner(problem.path), str(problem))
        return found

    def text(self, question: Question) -> str:
        """Return the text of a field."""
        if question.path in self._wrong:
            return self._wrong[question.path][0]
        return written(question, value_at(self._values, question))

    def asks(self, question: Question) -> bool:
        """Tell whether a question applies, given the other answers."""
        return is_asked(question, self._values)

    def enter(self, question: Question, text: str) -> None:
        """Take the text of a field. If it is invalid, the last valid answer stays until there is another."""
        if text == self.text(question):
            return
        self._look = None
        try:
            value = parse_answer(question, text)
        except ValueError as error:
            self._wrong[question.path] = (text, str(error))
            return
        self._wrong.pop(question.path, None)
        self._values = answer(self._values, question.path, value)

    def is_invalid(self, question: Question) -> bool:
        """Tell whether a field's text is wrong whatever the other fields say."""
        return question.path in self._wrong

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong with the answers, each with the title of its field; what was typed there is kept."""
        titles: dict[Path, str] = {question.path: question.title for page in pages() for question in page.questions}
        found = self.look().problems.items()
        return tuple(called(titles[path], message) if path in titles else message for path, message in found)

    @property
    def changed(self) -> bool:
        """Whether the answers differ from those that it started with or that were last saved."""
        return bool(self._wrong) or self.look().profile != self._unchanged

    def saved_as(self, name: str) -> None:
        """Note that the answers were saved under a name."""
        self.source, self._unchanged = name, self.look().profile


def _has_addresses(plan: Plan) -> bool:
    try:
        return bool(plan.machines)
    except AddressValueError:
        return False


def called(title: str, message: str) -> str:
    """Return a message that begins with the title of the field that it is about."""
    return message if message.startswith(title) else f"{title}: {message}"


def page_of(path: Path) -> int:
    """Return the index of the page for a problem: the page of its question, or else of its group."""
    for index, page in enumerate(pages()):
        if any(question.path == path for question in page.questions):
            return index
    for index, page in enumerate(pages()):
        if any(question.path[0] == path[0] for question in page.questions if len(question.path) > 1):
            return index
    return 0
