"""What differs from the plan on real machines is named and mended; a fresh cluster differs nowhere."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Lab, Maker
from tests.e2e.faults import Container
from tests.e2e.mutations import MUTATIONS, Mutation, differences

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MARKED = {"worker": {"labels": {"disk": "fast"}, "taints": ["dedicated=lesson:PreferNoSchedule"]}}


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    lab = make("differs", machines={"workers": 1, **MARKED})
    lab.up()
    return lab


def test_a_fresh_cluster_differs_nowhere(lab: Lab) -> None:
    assert differences(lab) == set()
    assert lab.kubetui("diff", lab.name) == f"{lab.name} is as planned.\n"
    assert "there was nothing to do" in lab.kubetui("mend", lab.name)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: f"{each.step}-{MUTATIONS.index(each)}")
def test_a_mutation_is_named_and_mended(lab: Lab, mutation: Mutation) -> None:
    Container(lab, mutation.machine).inside(mutation.script)
    where = mutation.on or mutation.machine
    assert (where, mutation.step) in differences(lab)
    lab.kubetui("mend", lab.name)
    assert differences(lab) == set()
