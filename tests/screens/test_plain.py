"""The wizard's questions one by one, for plain terminals and screen readers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit.input import PipeInput
from prompt_toolkit.input.defaults import create_pipe_input
from prompt_toolkit.output import DummyOutput

from kubetui.base.errors import StoppedError
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.questions.answers import is_asked, values_of
from kubetui.profile.questions.pages import pages
from kubetui.profile.schema.profile import Machines, Profile
from screens import plain

ENTER, CLEAR, CTRL_C = "\r", "\x15", "\x03"
ASKED = [
    question
    for page in pages()
    for question in page.questions
    if len(question.choices) != 1 and is_asked(question, values_of(Profile()))
]


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "host_problems", lambda _profile: ())


@contextmanager
def dialogue(said: list[str]) -> Iterator[tuple[PipeInput, plain.Dialogue]]:
    class Heard(plain.Dialogue):
        def say(self, text: str) -> None:
            said.append(text)

    with create_pipe_input() as source:
        yield source, Heard(source=source, output=DummyOutput())


def answers(**given: str) -> str:
    """Return the keys that answer every question, with its default unless another answer is given."""
    return "".join(
        f"{CLEAR}{given[question.path[-1]]}{ENTER}" if question.path[-1] in given else ENTER for question in ASKED
    )


def test_enter_for_every_question_saves_the_defaults() -> None:
    said: list[str] = []
    with dialogue(said) as (source, talk):
        source.send_text(answers() + ENTER)
        assert plain.new(talk) == 0
    assert profilefile.load(library.find("lab")) == Profile()
    assert said[-1] == "Saved. To build it, run: kubetui up lab"
    helps = [f"  {question.help}" for page in pages() for question in page.questions]
    asked = [*ASKED, *(each for page in pages() for each in page.questions if len(each.choices) == 1)]
    assert sorted(line for line in said if line in helps) == sorted(f"  {question.help}" for question in asked)


def test_the_answers_are_saved_under_the_name() -> None:
    with dialogue([]) as (source, talk):
        source.send_text(answers(workers="4", memory="3000") + f"{CLEAR}mine{ENTER}")
        plain.new(talk)
    assert profilefile.load(library.find("mine")).machines == Machines(workers=4, memory=3000)


def test_a_wrong_answer_is_asked_again_at_once() -> None:
    with dialogue([]) as (source, talk):
        source.send_text(answers(workers=f"many{ENTER}{CLEAR}1") + ENTER)
        plain.new(talk)
    assert profilefile.load(library.find("lab")).machines.workers == 1


def test_answers_that_the_rules_refuse_are_asked_again_at_the_end() -> None:
    said: list[str] = []
    with dialogue(said) as (source, talk):
        source.send_text(answers(pod_cidr="10.96.0.0/16") + f"{CLEAR}10.10.0.0/16{ENTER}" + ENTER)
        plain.new(talk)
    assert (
        "\nThis does not work yet: 10.96.0.0/16 lies inside the service CIDR 10.96.0.0/12. Try 10.244.0.0/16." in said
    )
    assert str(profilefile.load(library.find("lab")).network.pod_cidr) == "10.10.0.0/16"


def test_it_asks_before_it_overwrites_a_profile() -> None:
    library.save_as(Profile(machines=Machines(workers=9)), "lab")
    with dialogue([]) as (source, talk):
        source.send_text(f"{answers()}{ENTER}n{CLEAR}other{ENTER}")
        plain.new(talk)
    assert profilefile.load(library.find("lab")).machines.workers == 9
    assert profilefile.load(library.find("other")) == Profile()


def test_ctrl_c_saves_nothing() -> None:
    with dialogue([]) as (source, talk):
        source.send_text(ENTER + CTRL_C)
        with pytest.raises(StoppedError):
            plain.new(talk)
    assert not library.saved_folder().exists()


def test_hosts_are_asked_for_one_by_one_without_their_size() -> None:
    said: list[str] = []
    keys = [
        f"{CLEAR}own{ENTER}",
        # the arrow up twice: hosts is the last choice but one
        "\x1b[A\x1b[A" + ENTER,
        f"m1 control-plane 10.0.0.1 user=me{ENTER}",
        # refused, then corrected
        f"m2 control-plane{ENTER} ssh=second node_address=10.0.0.2{ENTER}",
        ENTER,
        f"10.0.0.9:6443{ENTER}",
    ]
    with dialogue(said) as (source, talk):
        source.send_text("".join(keys) + ENTER * 20)
        assert plain.new(talk) == 0
    saved = profilefile.load(library.find("own"))
    assert [(host.name, host.role, host.ssh, host.user) for host in saved.hosts] == [
        ("m1", "control plane", None, "me"),
        ("m2", "control plane", "second", None),
    ]
    assert saved.network.control_plane_endpoint == "10.0.0.9:6443"
    assert not [line for line in said if "CPUs" in line or "MiB" in line or "Vagrant box" in line]
