"""A plan says what machines share with this host; one that shares nothing says nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from kubetui.operations.plan import own_settings, plan_document, plan_text
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

FOLDERS = [{"host": "/my data", "guest": "/srv/data"}, {"host": "/out", "guest": "/srv/out", "writable": True}]
PORTS = [{"host": 8080, "machine": "kubnode1", "to": 30080}, {"host": 8443, "to": 6443, "listen": "192.168.1.5"}]


def plan(provider: str, **machines: Any) -> Plan:
    return Plan(Profile.model_validate({"provider": provider, "machines": {"workers": 1, **machines}}))


def test_ports_and_disks_in_words() -> None:
    disks = {"worker": {"disks": [{"size": "10 GiB"}, {"size": 1500}]}, "disks": [{"size": 1024}]}
    chosen = plan("virtualbox", ports=PORTS, **disks)
    lines = (
        "192.168.1.5:8443 of this host leads to kubmaster:6443, and others who reach this host use it as well",
        "127.0.0.1:8080 of this host leads to kubnode1:30080",
        "kubmaster has an extra disk of 1 GiB, empty",
        "kubnode1 has 2 extra disks of 10 GiB and 1500 MiB, empty",
    )
    assert own_settings(chosen) == lines
    assert "\n".join(lines) in plan_text(chosen)


@pytest.mark.parametrize("provider", ["virtualbox", "libvirt", "vmware_desktop"])
def test_a_copied_folder_is_never_called_the_same(provider: str) -> None:
    assert own_settings(plan(provider, folders=FOLDERS[:1])) == (
        (
            "/my data of this host is /srv/data on every machine: a copy, brought up to date whenever a machine "
            "starts; nothing comes back"
        ),
    )


def test_a_shared_folder_says_who_may_change_it() -> None:
    assert own_settings(plan("lxc", folders=FOLDERS)) == (
        "/my data of this host is /srv/data on every machine: the same folder, to read only",
        "/out of this host is /srv/out on every machine: the same folder, which machines may change",
    )


@pytest.mark.parametrize("fields", [{"ports": PORTS}, {"folders": FOLDERS}, {"disks": [{"size": 64}]}])
def test_a_rehearsal_says_that_it_has_none(fields: dict[str, Any]) -> None:
    assert own_settings(plan("rehearsal", **fields)) == (
        "A rehearsal has no ports, folders and extra disks: those are for real machines.",
    )


def test_a_plan_as_json_has_each_machines() -> None:
    document = plan_document(plan("virtualbox", ports=PORTS[:1], worker={"disks": [{"size": 64}]}))
    assert [(each["name"], each["ports"], each["disks"]) for each in document["machines"]] == [
        ("kubmaster", [], []),
        ("kubnode1", [{"host": 8080, "to": 30080, "listen": "127.0.0.1"}], [64]),
    ]


@pytest.mark.parametrize("provider", ["virtualbox", "libvirt", "vmware_desktop", "lxc", "rehearsal"])
def test_without_them_there_is_nothing_to_say(provider: str) -> None:
    assert own_settings(plan(provider)) == ()
