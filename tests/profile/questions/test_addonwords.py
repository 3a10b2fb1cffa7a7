"""Add-ons as a person types them in one line."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.profile.questions import addonwords
from kubetui.profile.questions.answers import answer, profile_of, values_of
from kubetui.profile.questions.pages import pages
from kubetui.profile.questions.typed import could_become_valid, parse_answer, written
from kubetui.profile.schema.profile import Profile
from kubetui.software.addons import CATALOGUE

(QUESTION,) = (each for page in pages() for each in page.questions if each.path == ("addons",))
RANGE = "192.168.56.230-192.168.56.239"


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        (" , ", []),
        ("storage", ["storage"]),
        ("storage,metrics ,", ["storage", "metrics"]),
        (f"storage, loadbalancer addresses={RANGE}", ["storage", {"name": "loadbalancer", "addresses": RANGE}]),
        ("storage, registry port=30501", ["storage", {"name": "registry", "port": 30501}]),
        ("storage version=v0.0.30", [{"name": "storage", "version": "v0.0.30"}]),
    ],
)
def test_a_line_is_what_a_profile_has(text: str, entries: list[Any]) -> None:
    assert parse_answer(QUESTION, text) == entries


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("storag", "storag is not one of: storage, metrics, loadbalancer, registry, vip."),
        ("storage metrics", "There is no comma between storage and metrics."),
        ("storage now", "now means nothing after storage. Known here: version, url, sha256, addresses, address, port."),
        ("storage versio=v1.0.0", "Did you mean version?"),
        ("storage version=", "version= of storage has no value."),
        ("storage, storage", "storage is in the list twice. Leave one out."),
        ("loadbalancer addresses=some", "some is no range of addresses."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_answer(QUESTION, text)


@given(st.lists(st.sampled_from(sorted(CATALOGUE)), unique=True), st.sampled_from(["", "https://x.org/a.yaml"]))
def test_what_is_written_is_read_again(names: list[str], url: str) -> None:
    entries: list[Any] = [{"name": name, "url": url} if url else name for name in names]
    assert addonwords.parse(written(QUESTION, entries)) == entries


def test_a_profile_keeps_what_its_add_ons_have_besides() -> None:
    profile = Profile.model_validate({"addons": ["storage", {"name": "loadbalancer", "addresses": RANGE}]})
    values = values_of(profile)
    text = written(QUESTION, values["addons"])
    assert text == f"storage, loadbalancer addresses={RANGE}"
    assert profile_of(answer(values, QUESTION.path, parse_answer(QUESTION, text))) == profile


@pytest.mark.parametrize("text", ["", "sto", "storage, m", "storage v", "storage, "])
def test_what_may_still_become_right_is_not_called_wrong(text: str) -> None:
    assert could_become_valid(QUESTION, text)


@pytest.mark.parametrize("text", ["x", "storage, ?"])
def test_a_name_that_there_cannot_be_is_called_wrong_at_once(text: str) -> None:
    assert not could_become_valid(QUESTION, text)
