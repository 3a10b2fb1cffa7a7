"""All add-ons in one profile: what they cost is in the plan, and doctor counts it."""

from typing import Any

import pytest

from kubetui.host.checks import addon_checks, memory_check
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import added
from kubetui.software.addons import CATALOGUE
from tests.plans import plan
from tests.software.addons.upstream import EVERY
from tests.software.networks.upstream import Web, sha256

TOTAL = sum(each.memory for each in CATALOGUE.values())


@pytest.fixture
def entries(upstream: Web) -> list[Any]:
    """Every add-on there is, with its manifest at the test's own server."""
    made: list[Any] = []
    for name, addon in CATALOGUE.items():
        if not addon.url:
            made.append(name)
            continue
        upstream.files[f"/{name}.yaml"] = EVERY[name]
        made.append({"name": name, "url": f"{upstream.url}/{name}.yaml", "sha256": sha256(EVERY[name])})
    return made


def with_all(entries: list[Any], **machines: int) -> Plan:
    return plan(machines={"control_planes": 3, "workers": 2, **machines}, addons=entries)


def test_the_plan_has_the_images_of_all_and_says_what_each_takes(entries: list[Any]) -> None:
    everything = with_all(entries)
    for name, brief in everything.addons.items():
        assert {*CATALOGUE[name].images(brief)} <= {*everything.addon_images}
    said = "\n".join(added(everything))
    for addon in CATALOGUE.values():
        assert addon.title in said
        assert not addon.memory or f"It takes about {addon.memory} MiB." in said


def test_doctor_counts_their_memory_and_images(entries: list[Any]) -> None:
    assert addon_checks(plan()) == ()
    everything = with_all(entries, memory=4096)
    (fine,) = addon_checks(everything)
    assert fine.status == "ok"
    assert f"about {TOTAL} MiB in the whole cluster; {len(everything.addon_images)} images to pull." in fine.message
    (tight,) = addon_checks(with_all(entries, memory=1024 + TOTAL // 2 - 50))
    assert tight.status == "warning"
    assert "The machines that run them have " in tight.message
    assert "machines.memory" in tight.fix


def test_what_containers_share_is_counted_with_this_hosts_memory(entries: list[Any]) -> None:
    few: dict[str, Any] = {"machines": {"control_planes": 3, "workers": 2}, "provider": "lxc"}
    shared, without = (Plan(Profile.model_validate({**few, "addons": chosen})) for chosen in (entries, ["vip"]))
    needed = [memory_check(each, each.machines, 99999, 99999).message for each in (shared, without)]
    planned = [int(text.partition("MiB are free, ")[2].partition(" ")[0]) for text in needed]
    assert planned[0] - planned[1] == TOTAL
    assert addon_checks(shared)[0].status == "ok"
