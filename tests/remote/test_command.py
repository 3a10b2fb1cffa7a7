"""Commands as values: quoting that two real shells read back, and secrets that never show."""

import dataclasses
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubetui.base.redaction import Secret
from kubetui.base.scripts import quote
from kubetui.remote.command import PRELUDE, Command, Late

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)


def echoed(shell: str, words: list[str]) -> list[str]:
    script = "printf '%s\\0' " + " ".join(map(quote, words))
    done = subprocess.run([shell, "-c", script], check=True, capture_output=True)
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("shell", ["bash", "dash"])
@given(words=st.lists(TEXT | st.text("'\\\"$`!*?~#&|;<>(){}[]\n\t -=%^\r\x1b", max_size=20), min_size=1, max_size=40))
@settings(max_examples=30)
def test_a_shell_reads_a_quoted_word_back_unchanged(shell: str, words: list[str]) -> None:
    assert echoed(shell, words) == words


def test_a_nul_cannot_be_quoted() -> None:
    with pytest.raises(ValueError, match="NUL"):
        quote("a\0b")


def test_a_rendered_script_is_prelude_variables_and_script() -> None:
    command = Command("say ok\n", {"NAME": "it's", "EMPTY": ""})
    assert command.render() == f"{PRELUDE}NAME='it'\\''s'\nEMPTY=''\nsay ok\n"


@given(value=TEXT)
@settings(max_examples=15)
def test_a_rendered_value_reaches_the_script_unchanged(value: str) -> None:
    done = subprocess.run(
        ["bash"], input=Command('printf %s "$V"\n', {"V": value}).render().encode(), capture_output=True, check=True
    )
    assert done.stdout.decode() == value


def test_secrets_appear_only_in_the_rendered_script() -> None:
    secret = Secret("hunter2")
    command = Command("x\n", {"TOKEN": secret, "LATE": Late("ask it")}).bind(LATE=Secret("hunter2-late"))
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>20}",
        repr(command),
        str(command),
        str(dataclasses.asdict(command)),
        command.assignments(reveal=False),
        repr(command.values),
    ]
    assert not [text for text in shown if "hunter2" in text]
    assert command.assignments(reveal=False) == "TOKEN=********\nLATE=********\n"
    assert "TOKEN='hunter2'\nLATE='hunter2-late'\n" in command.render()
    assert not hasattr(secret, "__dict__")


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_a_late_value_must_be_bound_before_a_machine_runs_it() -> None:
    command = Command("x\n", {"TOKEN": Late("run: kubeadm token create")})
    with pytest.raises(ValueError, match="TOKEN is not known yet: run: kubeadm token create"):
        command.render()
    assert "TOKEN='t'" in command.bind(TOKEN=Secret("t")).render()
    assert command.values["TOKEN"] == Late("run: kubeadm token create")


def test_a_script_to_run_by_hand_asks_for_a_late_value() -> None:
    text = Command("echo never\n", {"TOKEN": Late("run: kubeadm token create --print (on kubmaster)")})
    done = subprocess.run(["bash", "-c", text.assignments(reveal=False)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "TOKEN: run: kubeadm token create --print (on kubmaster)" in done.stderr
