"""The same questions one after the other, for plain terminals and screen readers; ends in a saved profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import questionary
from prompt_toolkit.styles import Style

from kubetui.base.errors import ProfileError, StoppedError
from kubetui.host.addresses import host_problems
from kubetui.profile.files import library
from kubetui.profile.questions.pages import Question, pages
from kubetui.profile.questions.typed import parse_answer
from kubetui.profile.words import in_words
from screens.wizard.draft import Draft, page_of

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

_STYLE = Style([("qmark", ""), ("question", "bold"), ("answer", ""), ("pointer", "bold"), ("highlighted", "bold")])


class Dialogue:
    """Asks on a terminal. Tests give it a pipe to read from and an output that goes nowhere."""

    def __init__(self, *, source: Input | None = None, output: Output | None = None) -> None:
        self._pipes: dict[str, Any] = {"input": source, "output": output} if source is not None else {}

    def say(self, text: str) -> None:
        """Print a line."""
        questionary.print(text, **({"output": self._pipes["output"]} if self._pipes else {}))

    def ask(self, question: Question, given: str) -> str:
        """Ask one question; Enter takes what is given. Raises StoppedError on Ctrl+C and Ctrl+D."""

        def check(text: str) -> bool | str:
            try:
                parse_answer(question, text)
            except ValueError as error:
                return str(error)
            return True

        if question.kind == "hosts":
            return self._lines(question, given.splitlines())
        unit = f", in {question.unit}" if question.unit else ""
        if len(question.choices) == 1:
            self.say(f"{question.title}: {question.choices[0]}")
            return question.choices[0]
        if question.choices:
            return self._answer(
                questionary.select(
                    question.title, list(question.choices), default=given, style=_STYLE, qmark="", **self._pipes
                )
            )
        return self.text(f"{question.title}{unit}", given, check)

    def _lines(self, question: Question, given: list[str]) -> str:
        """Ask for one line after the other until one is empty."""
        lines: list[str] = []
        while True:

            def check(text: str) -> bool | str:
                try:
                    parse_answer(question, text)
                except ValueError as error:
                    return str(error).removeprefix("Line 1: ")
                return True

            number = len(lines)
            text = self.text(f"Host {number + 1}, empty when done", given[number] if number < len(given) else "", check)
            if not text.strip():
                return "\n".join(lines)
            lines.append(text)

    def text(self, title: str, given: str, check: object = None) -> str:
        """Ask for a line of text."""
        return self._answer(
            questionary.text(
                f"{title}:", default=given, validate=check, validate_while_typing=False, style=_STYLE, qmark="",
                **self._pipes,
            )
        )  # fmt: skip

    def confirm(self, text: str) -> bool:
        """Ask a question that is answered with yes or no; Enter says no."""
        return bool(self._answer(questionary.confirm(text, default=False, style=_STYLE, qmark="", **self._pipes)))

    @staticmethod
    def _answer(prompt: questionary.Question) -> str:
        try:
            found: str = prompt.unsafe_ask()
        except (KeyboardInterrupt, EOFError):
            raise StoppedError("Nothing was saved.") from None
        return found


def new(dialogue: Dialogue | None = None) -> int:
    """Ask every question, save the profile, and say what builds it. Raises StoppedError on Ctrl+C."""
    talk = dialogue or Dialogue()
    draft = Draft()
    for page in pages():
        talk.say(f"\n{page.title}")
        for question in page.questions:
            if draft.asks(question):
                _ask(talk, draft, question)
    _settle(talk, draft)
    profile = draft.profile()
    talk.say(f"\n{in_words(profile)}")
    for problem in host_problems(profile):
        talk.say(f"Attention: {problem}")
    name = _save(talk, draft)
    talk.say(f"Saved. This builds it: kubetui up {name}")
    return 0


def _ask(talk: Dialogue, draft: Draft, question: Question) -> None:
    talk.say(f"  {question.help}")
    draft.enter(question, talk.ask(question, draft.text(question)))


def _settle(talk: Dialogue, draft: Draft) -> None:
    """Ask again what the rules between the fields do not accept, until there is nothing left."""
    while found := draft.problems():
        path, message = next(iter(found.items()))
        talk.say(f"\nNot yet: {message}")
        asked = [question for question in _questions(path) if draft.asks(question)]
        for question in asked:
            _ask(talk, draft, question)


def _questions(path: tuple[str | int, ...]) -> Iterator[Question]:
    """Yield the question to blame, or else those of its group."""
    every = pages()[page_of(path)].questions
    blamed = [question for question in every if question.path == path]
    yield from blamed or (question for question in every if question.path[0] == path[0])


def _save(talk: Dialogue, draft: Draft) -> str:
    given = draft.profile().name
    while True:
        name = talk.text("Save as", given).strip()
        try:
            library.save_as(draft.profile(), name)
        except ProfileError as error:
            if error.id != "PROFILE-EXISTS":
                talk.say(str(error))
                continue
            if not talk.confirm(f"There is a profile {name} already. Replace it?"):
                continue
            library.save_as(draft.profile(), name, overwrite=True)
        return name
