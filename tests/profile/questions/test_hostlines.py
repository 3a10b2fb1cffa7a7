"""Hosts as lines to type: what a line says, what is wrong with one, and there and back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.profile.questions import hostlines
from kubetui.profile.questions.answers import profile_of, values_of
from kubetui.profile.questions.pages import pages
from kubetui.profile.questions.typed import parse_answer, written
from kubetui.profile.schema.profile import Profile

QUESTION = next(question for page in pages() for question in page.questions if question.kind == "hosts")


def test_a_line_of_each_kind() -> None:
    text = """
    kubmaster control-plane 192.168.1.10 user=me port=2222 key='~/my keys/lab'

    kubnode1 worker ssh=second node_address=192.168.1.11 jump=me@gate:22"""
    assert parse_answer(QUESTION, text) == [
        {
            "name": "kubmaster",
            "role": "control plane",
            "address": "192.168.1.10",
            "user": "me",
            "port": 2222,
            "key": "~/my keys/lab",
        },
        {
            "name": "kubnode1",
            "role": "worker",
            "ssh": "second",
            "node_address": "192.168.1.11",
            "jump": "me@gate:22",
        },
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("m1 control plane 10.0.0.1", "Line 1: control is not a role. Write control-plane."),
        ("m1 Worker 10.0.0.1", "Line 1: Worker is not a role. Write worker."),
        ("\nm1 10.0.0.1", "Line 2: It does not say what m1 becomes. Add control-plane or worker after the name."),
        ("m1 worker 10.0.0.1 usr=me", "Line 1: usr= is not a key of a host. Did you mean user=?"),
        (
            "m1 worker 10.0.0.1 colour=red",
            (
                "Line 1: colour= is not a key of a host. "
                "Known here: address=, ssh=, user=, port=, key=, node_address=, jump=, packages=, labels=, taints=."
            ),
        ),
        (
            "m1 worker 10.0.0.1 10.0.0.2",
            "Line 1: 10.0.0.2 is a second address, and a machine has only one. Remove one of them.",
        ),
        (
            "m1 worker user=me",
            (
                "Line 1: It does not say where SSH reaches m1. "
                "Add its address, or ssh= and its name in your OpenSSH configuration."
            ),
        ),
        ("m1 worker 'x", "Line 1: A quote was opened and never closed. Close it."),
        (
            "worker m1",
            (
                "Line 1: It begins with worker. Begin with the machine's host name, such as: "
                "kubmaster control-plane 192.168.1.10 user=me"
            ),
        ),
        (
            "m1 worker x\n\nM2 worker y",
            (
                "Line 3: M2 contains a capital letter, which a name may not. Write m2. "
                "Name: The machine's host name, which becomes the node's: small letters, digits, hyphens."
            ),
        ),
        ("m1 worker x port=ssh", "Line 1: ssh is not a whole number. Write only digits, without a unit."),
        (
            "m1 worker x port=99999",
            "Line 1: 99999 is too much: at most 65535. Port: Where its SSH server listens, unless at 22.",
        ),
    ],
)
def test_errors_of_a_line_say_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^Line ") as caught:
        parse_answer(QUESTION, text)
    assert str(caught.value) == sentence


NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
HOSTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "role": st.sampled_from(["control plane", "worker"]),
            "address": NAMES | st.just("10.0.0.1") | st.sampled_from(["worker", "master", "plane"]),
        },
        optional={
            "user": NAMES,
            "port": st.integers(1, 65535),
            "key": st.text(st.characters(min_codepoint=32, exclude_categories=["C", "Z"]), min_size=1, max_size=20)
            | st.just("~/a b'c=d\"e"),
            "node_address": st.just("10.1.2.3"),
            "labels": st.dictionaries(NAMES | st.just("example.org/zone"), st.just("") | NAMES, min_size=1, max_size=3),
            "taints": st.lists(st.sampled_from(["d=x:NoSchedule", "d:NoExecute"]), min_size=1, max_size=2),
        },
    ),
    max_size=4,
)


@given(HOSTS)
def test_lines_survive_a_round_trip(hosts: list[dict[str, object]]) -> None:
    assert hostlines.parse(hostlines.lines(hosts)) == hosts


def test_a_profile_and_back() -> None:
    profile = Profile.model_validate(
        {"provider": "hosts", "hosts": [{"name": "m1", "role": "control plane", "address": "10.0.0.1", "port": 22}]}
    )
    values = values_of(profile)
    assert written(QUESTION, values["hosts"]) == "m1 control-plane 10.0.0.1 port=22"
    values["hosts"] = parse_answer(QUESTION, written(QUESTION, values["hosts"]))
    assert profile_of(values) == profile
