"""What a page says about its answers: what is wrong, and what they meet on this host.

That is a cluster that has their name, a provider that is missing, or networks that clash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.base.check import Check
from kubetui.base.errors import KubetuiError
from kubetui.cluster.folder import Cluster
from kubetui.profile.questions.pages import FieldPath, Question, pages
from kubetui.profile.questions.typed import could_become_valid
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.kinds import PROVIDERS
from screens.widgets.symbols import Mark
from screens.wizard.draft import Draft, Path, called, page_of

NAME: Final = ("name",)
BOX: Final = ("machines", "box")
_PROVIDER, _VERSION = ("provider",), ("kubernetes", "version")


@dataclass(frozen=True, slots=True)
class Taken:
    """A cluster that has the name of the answers, and whether they were opened or started as its `own`."""

    name: str
    own: bool

    def __str__(self) -> str:
        if self.own:
            return (
                f"There is a cluster {self.name} already. The run goes on with it, once these answers have been "
                f"compared with it; another name makes a new one."
            )
        return (
            f"There is a cluster {self.name} already. Write another name, such as {free(self.name)}; to go on with "
            f"{self.name}, open it on the start screen."
        )


def taken(draft: Draft) -> Taken | None:
    """Return the cluster that has the draft's name already, if there is one."""
    name = draft.look().profile.name
    return Taken(name, own=name in draft.own) if _exists(name) else None


def no_default_box(provider: str) -> str:
    """Return what a person should know who has named no box for a provider without one."""
    return f"There is no default box for {provider}: the build needs one of your own, in Box."


def before(name: str) -> str:
    """Return the cluster whose name this one is with a number; empty where there is none."""
    first, _, number = name.rpartition("-")
    return first if first and number.isdecimal() and _exists(first) else ""


def free(name: str) -> str:
    """Return a name like this one that no cluster has: the name itself, or with a number."""
    names = (name, *(f"{name[:36].rstrip('-')}-{number}" for number in range(2, 100)))
    return next((each for each in names if not _exists(each)), name)


def _exists(name: str) -> bool:
    try:
        return Cluster(name).exists
    except KubetuiError:
        # a link in the folder's place: nobody can build there either
        return True


@dataclass(frozen=True, slots=True)
class Around:
    """What this host has of what the answers need. Nothing here stops anyone but a name that is `taken`."""

    taken: Taken | None = None
    problems: Sequence[Problem] = ()
    provided: Mapping[str, Sequence[Check]] | None = None
    boxless: bool = False
    """Whether the provider has no box until the answers name one."""

    def refused(self) -> str:
        """Return why the name cannot be, empty if it can."""
        return str(self.taken) if self.taken is not None and not self.taken.own else ""

    def remarks(self, draft: Draft) -> Iterator[tuple[Path, str]]:
        """Yield what a person should know, with the field that it is about."""
        look = draft.look()
        if self.taken is not None and self.taken.own:
            yield NAME, str(self.taken)
        for check in (self.provided or {}).get(look.profile.provider, ()):
            if check.status == "failed":
                yield _PROVIDER, f"{check.message} {check.fix}"
        if self.boxless:
            yield BOX, no_default_box(PROVIDERS[look.profile.provider].title)
        for problem in self.problems:
            yield problem.path, str(problem)
        if look.plan is not None and look.plan.untried:
            yield _VERSION, look.plan.untried


@dataclass(frozen=True, slots=True)
class Judged:
    """What a page says: a word beside each wrong field, and lines with their marks."""

    words: Mapping[Path, str]
    lines: tuple[tuple[Mark, str], ...]


def problems_of(page: int, draft: Draft, around: Around) -> dict[Path, str]:
    """Return what keeps anyone from going on from a page, by field."""
    found = {path: message for path, message in draft.look().problems.items() if page_of(path) == page}
    if around.refused() and page_of(NAME) == page:
        found.setdefault(NAME, around.refused())
    return found


def judged(page: int, draft: Draft, around: Around, typing: FieldPath | None, here: Question | None) -> Judged:
    """Return what to say on a page while the field at `typing` is typed into and `here` has the focus.

    A field is called wrong once it was left, or when no more typing can make it right; a name that is taken, at once.
    """
    found = problems_of(page, draft, around)
    unsure = {typing if typing != NAME else None, *found}
    words: dict[Path, str] = {}
    lines: list[tuple[Mark, str]] = []
    for question in pages()[page].questions:
        message = found.pop(question.path, "")
        name_taken = question.path == NAME and bool(around.refused()) and not draft.is_invalid(question)
        if message and (name_taken or _may_call(question, draft, typing)):
            words[question.path] = "taken" if name_taken else "wrong"
            lines.append(("failed", _with_help(question, draft, here, message)))
    lines += [("failed", message) for message in found.values()]
    for path, message in around.remarks(draft):
        if page_of(path) == page and path not in unsure:
            lines.append(("attention", message))
    return Judged(words, tuple(lines))


def _may_call(question: Question, draft: Draft, typing: FieldPath | None) -> bool:
    if question.path == typing:
        return not could_become_valid(question, draft.text(question))
    return question.path in draft.left


def _with_help(question: Question, draft: Draft, here: Question | None, message: str) -> str:
    """Return a message, with the field's help if its text is invalid and the help is not shown below anyway."""
    explained = question is here or not draft.is_invalid(question)
    return called(question.title, message if explained else f"{message} {question.help}")
