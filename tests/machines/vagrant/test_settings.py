"""machines.json: the settings written for a plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubetui.base.errors import ProfileError
from kubetui.machines.vagrant.settings import bridge_name, container_name, machines_document
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile


def plan(provider: str, **more: Any) -> Plan:
    return Plan(Profile.model_validate({"provider": provider, **more}))


def settings(provider: str, options: dict[str, Any] | None = None, **machines: Any) -> list[dict[str, Any]]:
    document = machines_document(plan(provider, machines={"options": {provider: options or {}}, **machines}))
    return [machine["settings"] for machine in document["machines"]]


def test_settings_of_the_tutorials_three_machines() -> None:
    document = machines_document(plan("virtualbox"))
    assert document["cluster"] == "lab"
    assert document["provider"] == "virtualbox"
    assert [(machine["name"], machine["address"]) for machine in document["machines"]] == [
        ("kubmaster", "192.168.56.101"),
        ("kubnode1", "192.168.56.102"),
        ("kubnode2", "192.168.56.103"),
    ]
    assert {machine["box"] for machine in document["machines"]} == {"bento/ubuntu-24.04"}
    assert document["machines"][0]["network"] == {}
    assert json.loads(json.dumps(document)) == document


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("virtualbox", {"memory": 2048, "cpus": 2, "linked_clone": True, "check_guest_additions": False}),
        ("vmware_desktop", {"memory": 2048, "cpus": 2, "linked_clone": True}),
        ("libvirt", {"memory": 2048, "cpus": 2}),
        ("lxc", {"container_name": "lab-kubmaster"}),
    ],
)
def test_defaults_of_each_provider(provider: str, expected: dict[str, Any]) -> None:
    assert settings(provider)[0] == expected


def test_a_control_plane_can_have_its_own_size() -> None:
    master, node, _ = settings("libvirt", control_plane={"memory": 4096, "cpus": 4})
    assert (master["memory"], master["cpus"]) == (4096, 4)
    assert (node["memory"], node["cpus"]) == (2048, 2)


def test_a_single_machine_can_have_its_own_size_and_box() -> None:
    own = {"kubnode2": {"memory": 8192, "cpus": 6, "box": "mine/box"}}
    chosen = plan("libvirt", machines={"box_version": "1.2", "by_name": own})
    *others, last = machines_document(chosen)["machines"]
    assert {(each["box"], each["box_version"]) for each in others} == {("cloud-image/ubuntu-24.04", "1.2")}
    assert (last["box"], last["box_version"]) == ("mine/box", None)
    assert last["settings"] == {"memory": 8192, "cpus": 6}


def test_the_profiles_options_override_the_defaults() -> None:
    assert settings("libvirt", {"driver": "qemu", "cpus": 1})[0] == {"memory": 2048, "cpus": 1, "driver": "qemu"}


def test_options_of_other_providers_are_left_out() -> None:
    options = {"libvirt": {"driver": "qemu"}}
    document = machines_document(plan("virtualbox", machines={"options": options}))
    assert "driver" not in document["machines"][0]["settings"]


def test_vmx_keys_become_pairs() -> None:
    assert settings("vmware_desktop", {"vmx": {"vhv.enable": "TRUE"}})[0]["vmx"] == [["vhv.enable", "TRUE"]]


@pytest.mark.parametrize(
    ("provider", "options"),
    [("virtualbox", {"customize": "modifyvm"}), ("lxc", {"customize": {"a": "b"}}), ("vmware_desktop", {"vmx": []})],
)
def test_an_option_of_the_wrong_shape_is_named(provider: str, options: dict[str, Any]) -> None:
    with pytest.raises(ProfileError, match=rf"machines\.options\.{provider}\.{next(iter(options))}"):
        settings(provider, options)


def test_only_lxc_gets_a_bridge() -> None:
    assert bridge_name(plan("virtualbox")) is None
    assert bridge_name(plan("lxc", network={"first_address": "192.168.77.10"})) == "vlxcbr77"
    chosen = plan("lxc", network={"options": {"lxc__bridge_name": "vlxcbr1"}})
    assert machines_document(chosen)["machines"][0]["network"] == {"lxc__bridge_name": "vlxcbr1"}


@pytest.mark.parametrize("name", ["", "br0; touch canary", "$(id)", "UPPER", "a-b", "x" * 16, "br0\n", 7, True])
def test_a_bridge_name_that_is_unsafe_in_a_shell_is_refused(name: Any) -> None:
    with pytest.raises(ProfileError) as caught:
        machines_document(plan("lxc", network={"options": {"lxc__bridge_name": name}}))
    assert caught.value.id == "PROFILE-BRIDGE"


def test_container_names_contain_cluster_and_machine() -> None:
    assert container_name("lab", "kubnode1") == "lab-kubnode1"
