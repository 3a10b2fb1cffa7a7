"""Asks the wizard's questions one by one and saves a profile, for plain terminals and screen readers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypedDict

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


class _Pipes(TypedDict):
    """The input and output for prompts; None for the terminal."""

    input: Input | None
    output: Output | None


class Dialogue:
    """Asks on the terminal. Tests replace its input and output."""

    def __init__(self, *, source: Input | None = None, output: Output | None = None) -> None:
        self._pipes: _Pipes = {"input": source, "output": output}

    def say(self, text: str) -> None:
        """Print a line."""
        questionary.print(text, output=self._pipes["output"])

    def ask(self, question: Question, given: str) -> str:
        """Ask one question; Enter takes the given answer. Raises StoppedError on Ctrl+C and Ctrl+D."""

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
        """Ask for lines until one is empty."""
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
        """Ask a yes-or-no question; Enter means no."""
        return bool(self._answer(questionary.confirm(text, default=False, style=_STYLE, qmark="", **self._pipes)))

    @staticmethod
    def _answer(prompt: questionary.Question) -> str:
        try:
            found: str = prompt.unsafe_ask()
        except (KeyboardInterrupt, EOFError):
            raise StoppedError("Nothing was saved.") from None
        return found


def new(dialogue: Dialogue | None = None) -> int:
    """Ask every question, save the profile, and print the command that builds it. Raises StoppedError on Ctrl+C."""
    talk = dialogue or Dialogue()
    draft = Draft()
    for page in pages():
        talk.say(f"\n{page.title}")
        for question in page.questions:
            if draft.asks(question):
                _ask(talk, draft, question)
    _settle(talk, draft)
    look = draft.look()
    talk.say(f"\n{in_words(look.profile)}")
    for problem in host_problems(look.plan) if look.plan else ():
        talk.say(f"Warning: {problem}")
    name = _save(talk, draft)
    talk.say(f"Saved. To build it, run: kubetui up {name}")
    return 0


def _ask(talk: Dialogue, draft: Draft, question: Question) -> None:
    talk.say(f"  {question.help}")
    draft.enter(question, talk.ask(question, draft.text(question)))


def _settle(talk: Dialogue, draft: Draft) -> None:
    """Repeat questions until the rules between fields accept the answers."""
    while found := draft.look().problems:
        path, message = next(iter(found.items()))
        talk.say(f"\nThis does not work yet: {message}")
        for question in [each for each in _questions(path) if draft.asks(each)]:
            _ask(talk, draft, question)


def _questions(path: tuple[str | int, ...]) -> Iterator[Question]:
    """Yield the question of a problem, or else all of its group."""
    every = pages()[page_of(path)].questions
    blamed = [question for question in every if question.path == path]
    yield from blamed or (question for question in every if question.path[0] == path[0])


def _save(talk: Dialogue, draft: Draft) -> str:
    profile = draft.look().profile
    while True:
        name = talk.text("Save as", profile.name).strip()
        try:
            library.save_as(profile, name)
        except ProfileError as error:
            if error.id != "PROFILE-EXISTS":
                talk.say(str(error))
                continue
            if not talk.confirm(f"A profile {name} already exists. Replace it?"):
                continue
            library.save_as(profile, name, overwrite=True)
        return name
