"""The wizard's answers and the profile they make."""

from typing import Any

import pytest

from kubetui.profile.questions.answers import answer, profile_of, value_at, values_of
from kubetui.profile.questions.pages import pages
from kubetui.profile.schema.profile import Profile

QUESTIONS = {".".join(question.path): question for page in pages() for question in page.questions}


def test_an_answer_changes_nothing_else() -> None:
    before: dict[str, Any] = {"name": "lab", "machines": {"workers": 1}}
    after = answer(before, ("machines", "memory"), 4096)
    assert after == {"name": "lab", "machines": {"workers": 1, "memory": 4096}}
    assert before == {"name": "lab", "machines": {"workers": 1}}
    assert answer({}, ("network", "pod_cidr"), "x") == {"network": {"pod_cidr": "x"}}


def test_values_and_defaults() -> None:
    assert value_at({"machines": {"workers": 5}}, QUESTIONS["machines.workers"]) == 5
    assert value_at({"machines": {}}, QUESTIONS["machines.workers"]) == 2
    assert value_at({}, QUESTIONS["network.pod_cidr"]) == "10.244.0.0/16"


def test_a_profile_of_values() -> None:
    assert profile_of({}) == Profile()
    assert profile_of({"name": "exam"}).name == "exam"
    with pytest.raises(ValueError, match=r"Lab contains a capital letter.*\n100 MiB is too little"):
        profile_of({"name": "Lab", "machines": {"memory": 100}})


def test_a_profile_goes_through_the_wizard_unchanged() -> None:
    profile = Profile.model_validate(
        {"machines": {"options": {"lxc": {"a": [1, {"b": None}]}}}, "kubernetes": {"patches": [{"kind": "X"}]}}
    )
    assert profile_of(values_of(profile)) == profile
