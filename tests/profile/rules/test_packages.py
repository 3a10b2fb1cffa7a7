"""Rules for machines of several package families."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubetui.profile.plan import Plan
from kubetui.profile.rules.between_fields import check
from kubetui.profile.schema.profile import Profile
from kubetui.software import runtimes
from kubetui.software.runtimes.containerd import CONTAINERD
from tests.plans import plan

MIXED: dict[str, Any] = {"workers": 1, "by_name": {"kubnode1": {"packages": "dnf"}}}


def paths(made: Plan) -> list[str]:
    return [".".join(map(str, problem.path)) for problem in check(made)]


@pytest.mark.parametrize(
    ("machines", "url", "refused"),
    [
        (MIXED, "http://m/v1.36/deb/", ["mirrors.packages.url"]),
        (MIXED, "http://m/v1.36/{format}/", []),
        ({"workers": 1}, "http://m/v1.36/deb/", []),
    ],
)
def test_a_mirror_says_where_each_family_finds_its_packages(
    machines: dict[str, Any], url: str, refused: list[str]
) -> None:
    made = plan(machines=machines, mirrors={"packages": {"url": url}})
    assert paths(made) == refused


@pytest.mark.parametrize(
    ("name", "one", "each"),
    [
        ("containerd", "http://m/linux/debian", "http://m/linux/{id}"),
        ("docker", "http://m/linux/debian", "http://m/linux/{id}"),
        ("crio", "http://m/v1.36/deb/", "http://m/v1.36/{format}/"),
    ],
)
def test_so_does_a_mirror_of_the_runtimes_packages(name: str, one: str, each: str) -> None:
    assert paths(plan(machines=MIXED, mirrors={name: {"url": one}})) == [f"mirrors.{name}.url"]
    assert paths(plan(machines=MIXED, mirrors={name: {"url": each}})) == []


def test_a_rehearsal_plays_no_machines_with_dnf() -> None:
    assert paths(Plan(Profile.model_validate({"provider": "rehearsal", "machines": {"packages": "dnf"}}))) == [
        "machines.packages"
    ]


def test_selinux_enforces_only_under_a_runtime_that_is_set_up_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    enforcing = {"packages": "dnf", "selinux": "enforcing"}
    assert paths(plan(machines=enforcing)) == []
    monkeypatch.setitem(runtimes.CATALOGUE, "containerd", replace(CONTAINERD, confining={}))
    assert paths(plan(machines=enforcing)) == ["machines.selinux"]
    assert paths(plan(machines={"selinux": "enforcing"})) == []
