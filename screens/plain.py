"""The wizard as plain text, for screen readers and plain terminals: numbered questions, then the build.

It prints lines and reads lines. Nothing moves the cursor, and nothing is said by colour or position alone.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TextIO

from kubetui.base.check import Check
from kubetui.base.errors import ExitCode, ProfileError, StoppedError, UsageError
from kubetui.cluster.folder import is_name
from kubetui.operations.turns import chosen, offers
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.plan import Plan
from kubetui.profile.questions.pages import Question, pages
from kubetui.profile.questions.typed import parse_answer
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.words import in_words
from screens.host import Host
from screens.wizard.choices import standing
from screens.wizard.draft import Draft, page_of
from screens.wizard.remarks import free, no_default_box, taken

Build = Callable[[str, tuple[str, ...]], int]
"""Builds the cluster of a saved profile, in plain lines, and returns the exit code.

It is given the steps that the person does by hand, as `operations.turns.chosen` reads them.
"""
_UNSAVED = "Nothing was saved."
_NONE = "none"
"""What a person writes to take an answer away."""


class Dialogue:
    """Prints lines and reads lines."""

    def __init__(self, source: TextIO | None = None, output: TextIO | None = None) -> None:
        self._source = source or sys.stdin
        self._output = output or sys.stdout

    def say(self, text: str = "") -> None:
        """Print a line."""
        self._output.write(f"{text}\n")
        self._output.flush()

    def line(self, prompt: str, *, stopped: str = _UNSAVED) -> str:
        """Ask for a line. Raises StoppedError, with what is true then, on Ctrl+C and Ctrl+D."""
        self._output.write(f"{prompt}: ")
        self._output.flush()
        try:
            text = self._source.readline()
        except KeyboardInterrupt:
            text = ""
        if not text:
            self.say()
            raise StoppedError(stopped)
        return text.strip()

    def agrees(self, question: str, *, stopped: str = _UNSAVED) -> bool:
        """Ask a yes-or-no question until one of the two is the answer; an empty line means no."""
        while True:
            text = self.line(f"{question} yes or no, empty for no", stopped=stopped).lower()
            if text in {"y", "yes"}:
                return True
            if text in {"", "n", "no"}:
                return False
            self.say("Write yes or no.")


class Form:
    """The questions, asked one after another; each has a number by which it is asked again."""

    def __init__(self, talk: Dialogue, draft: Draft, provided: Mapping[str, tuple[Check, ...]]) -> None:
        self._talk, self._draft, self._provided = talk, draft, provided

    def asked(self) -> list[Question]:
        """Return the questions that apply."""
        return [question for page in pages() for question in page.questions if self._draft.asks(question)]

    def ask_all(self) -> None:
        """Ask every question; an answer may make others apply."""
        done: set[Question] = set()
        for index, page in enumerate(pages(), 1):
            self._talk.say(f"\n{page.title}, page {index} of {len(pages())}")
            while left := [each for each in page.questions if self._draft.asks(each) and each not in done]:
                done.add(left[0])
                self.ask(left[0])

    def ask(self, question: Question) -> None:
        """Ask one question until its answer is right."""
        talk, number = self._talk, self.asked().index(question) + 1
        talk.say(f"\n{number}. {question.title}")
        talk.say(question.help)
        if question.kind == "hosts":
            self._draft.enter(question, self._hosts(question))
        elif len(question.choices) == 1:
            talk.say(f"There is one choice: {question.choices[0]}")
        else:
            self._draft.enter(question, self._answer(question))
        for check in self._provided.get(self._draft.text(question), ()) if question.choices else ():
            if check.status == "failed":
                talk.say(f"Warning: {check.message} {check.fix}")

    def _answer(self, question: Question) -> str:
        given = self._draft.text(question)
        for index, choice in enumerate(question.choices, 1):
            self._talk.say(f"   {index}. {self._named(choice)}")
        what = "Number" if question.choices else question.title
        unit = f", in {question.unit}" if question.unit else ""
        kept = f"{question.choices.index(given) + 1}, {given}" if question.choices else given
        clear = f", {_NONE} for none" if question.optional and given else ""
        prompt = f"{what}{unit}, empty for {kept or _NONE}{clear}"
        while True:
            text = self._talk.line(prompt)
            if not text:
                text = given
            elif text.lower() == _NONE and question.optional:
                text = ""
            elif text.isdecimal() and 0 < int(text[:3]) <= len(question.choices):
                text = question.choices[int(text) - 1]
            wrong = _wrong(question, text)
            if not wrong:
                return text
            self._talk.say(f"{text} does not work: {wrong}" if text else f"This does not work: {wrong}")

    def _named(self, choice: str) -> str:
        kind = PROVIDERS.get(choice)
        if kind is None:
            return choice
        checks = self._provided.get(choice)
        return f"{kind.title}, {standing(kind, checks)[1]}" if checks else kind.title

    def _hosts(self, question: Question) -> str:
        """Ask for machines until a line is empty; the given ones are kept or asked for anew."""
        given = self._draft.text(question)
        if given:
            self._talk.say(f"Given so far:\n{given}")
            if not self._talk.agrees("Write them anew?"):
                return given
        lines: list[str] = []
        while text := self._talk.line(f"Host {len(lines) + 1}, empty when done"):
            wrong = _wrong(question, text)
            if wrong:
                self._talk.say(f"This does not work: {wrong.removeprefix('Line 1: ')}")
            else:
                lines.append(text)
        return "\n".join(lines)

    def settle(self) -> None:
        """Repeat questions until the rules between fields accept the answers, and no other cluster has the name."""
        while True:
            found = self._draft.look().problems
            path, message = next(iter(found.items()), ((), ""))
            other = taken(self._draft)
            if not message and other is not None and not other.own:
                path, message = ("name",), str(other)
            if not message:
                return
            self._talk.say(f"\nThis does not work yet: {message}")
            for question in [each for each in _questions(path) if self._draft.asks(each)]:
                self.ask(question)

    def review(self) -> None:
        """List the answers, and ask those again that the person names."""
        while True:
            asked = self.asked()
            self._talk.say("\nYour answers:")
            for index, question in enumerate(asked, 1):
                text = self._draft.text(question).replace("\n", "; ") or _NONE
                self._talk.say(f"{index}. {question.title}: {text}{f' {question.unit}' if question.unit else ''}")
            text = self._talk.line("The number of an answer to change, empty to go on")
            if not text:
                return
            if text.isdecimal() and 0 < int(text[:3]) <= len(asked):
                self.ask(asked[int(text[:3]) - 1])
                self.settle()
            else:
                self._talk.say(f"Write a number from 1 to {len(asked)}.")


def new(build: Build, talk: Dialogue | None = None, host: Host | None = None, profile: str = "") -> int:
    """Ask every question, save the profile, and build it if the person agrees; return the exit code.

    `profile` names one whose answers are the ones to begin with. Raises StoppedError on Ctrl+C, and as `build` does.
    """
    talk, host = talk or Dialogue(), host or Host()
    draft = _first(host, profile)
    talk.say("kubetui asks what the cluster should look like. An empty line takes the answer that is named.")
    talk.say("Looking at this host.")
    form = Form(talk, draft, asyncio.run(host.providers()))
    form.ask_all()
    form.settle()
    plan = draft.look().plan
    if plan is not None and host.lacks_box(plan):
        talk.say(f"\nWarning: {no_default_box(plan.provider.title)}")
    form.review()
    look = draft.look()
    talk.say(f"\n{in_words(look.profile)}")
    for problem in host.problems(look.plan) if look.plan else ():
        talk.say(f"Warning: {problem}")
    name = _save(talk, draft)
    yours = _by_hand(talk, Plan(look.profile), f"Saved. To build it, run: kubetui up {name}")
    command = " ".join([f"kubetui up {name}", *(f"--your-turn {step}" for step in yours)])
    later = f"Saved. To build it, run: {command}"
    question = "Build now?"
    while talk.agrees(question, stopped=later):
        code = build(name, yours)
        if code == ExitCode.OK:
            cluster = look.profile.name
            talk.say(f"To see it: kubetui status {cluster}. To remove it: kubetui destroy {cluster}.")
            return code
        question = "It did not end well. Nothing is lost. Run it again?"
        later = f"To go on with it, run: {command}"
    talk.say(later)
    return ExitCode.OK if question == "Build now?" else code


def _by_hand(talk: Dialogue, plan: Plan, stopped: str) -> tuple[str, ...]:
    """Ask which steps the person does by hand; not where none can be."""
    names = list(dict.fromkeys(offer.task.step for offer in offers(plan)))
    if not names:
        return ()
    while True:
        text = talk.line(f"Steps to do by hand, of {', '.join(names)}, empty for none", stopped=stopped)
        steps = tuple(dict.fromkeys(text.replace(",", " ").split()))
        try:
            chosen(plan, steps)
        except UsageError as error:
            talk.say(str(error))
        else:
            return steps


def _first(host: Host, profile: str) -> Draft:
    if profile:
        return Draft(profilefile.load(library.find(profile)), profile)
    default = host.first_choice()
    return Draft(default.model_copy(update={"name": free(default.name)}))


def _wrong(question: Question, text: str) -> str:
    try:
        parse_answer(question, text)
    except ValueError as error:
        return str(error)
    return ""


def _questions(path: tuple[str | int, ...]) -> Iterator[Question]:
    """Yield the question of a problem, or else all of its group."""
    every = pages()[page_of(path)].questions
    blamed = [question for question in every if question.path == path]
    yield from blamed or (question for question in every if question.path[0] == path[0])


def _save(talk: Dialogue, draft: Draft) -> str:
    profile = draft.look().profile
    given = draft.source if is_name(draft.source) else profile.name
    while True:
        name = talk.line(f"Save as, empty for {given}") or given
        try:
            library.save_as(profile, name)
        except ProfileError as error:
            if error.id != "PROFILE-EXISTS":
                talk.say(str(error))
                continue
            if not talk.agrees(f"A profile {name} already exists. Replace it?"):
                continue
            library.save_as(profile, name, overwrite=True)
        talk.say(f"Saved as {name}.")
        return name
