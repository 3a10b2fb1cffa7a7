"""Ports, folders and disks as a profile has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import ProfileError
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.access import Disk, Folder, Port
from kubetui.profile.schema.profile import Profile


def plan(**machines: Any) -> Plan:
    return Plan(Profile.model_validate({"machines": machines}))


def sizes(made: Plan) -> dict[str, list[int]]:
    return {machine.name: [disk.size for disk in machine.disks] for machine in made.machines}


def test_a_port_leads_to_the_first_control_plane_unless_a_machine_is_named() -> None:
    made = plan(ports=[{"host": 8080, "to": 80}, {"host": 8081, "machine": "kubnode2", "to": 30080}])
    assert {machine.name: [port.host for port in machine.ports] for machine in made.machines} == {
        "kubmaster": [8080],
        "kubnode1": [],
        "kubnode2": [8081],
    }
    assert str(made.machines[0].ports[0].listen) == "127.0.0.1"


@given(st.none() | st.lists(st.integers(64, 2**24), max_size=3), st.none() | st.lists(st.integers(64, 2**24)))
def test_the_narrowest_place_says_which_disks_a_machine_has(worker: list[int] | None, single: list[int] | None) -> None:
    def entries(found: list[int] | None) -> list[dict[str, int]] | None:
        return None if found is None else [{"size": size} for size in found]

    made = plan(
        disks=[{"size": 100}], worker={"disks": entries(worker)}, by_name={"kubnode1": {"disks": entries(single)}}
    )
    of_workers = [100] if worker is None else worker
    assert sizes(made) == {
        "kubmaster": [100],
        "kubnode1": of_workers if single is None else single,
        "kubnode2": of_workers,
    }


@pytest.mark.parametrize(("written", "mebibytes"), [("10GB", 10240), ("1.5 GiB", 1536), (64, 64), ("512", 512)])
def test_sizes_in_every_spelling(written: object, mebibytes: int) -> None:
    assert Disk.model_validate({"size": written}).size == mebibytes


def test_a_home_folder_is_spelled_out() -> None:
    assert Folder.model_validate({"host": "~/data/", "guest": "/srv/data"}).host == str(Path.home() / "data")


@pytest.mark.parametrize(
    ("machines", "path", "said"),
    [
        (
            {"folders": [{"host": "./data", "guest": "/srv/data"}]},
            "machines.folders[0].host",
            "Begin the path with / or ~/",
        ),
        ({"folders": [{"host": "/a\\b", "guest": "/srv"}]}, "machines.folders[0].host", "no backslashes"),
        ({"folders": [{"host": "/", "guest": "/srv"}]}, "machines.folders[0].host", "whole host"),
        (
            {"folders": [{"host": "~nobody-here/x", "guest": "/srv"}]},
            "machines.folders[0].host",
            "home folder of a user",
        ),
        ({"folders": [{"host": "/x", "guest": "/srv/../etc"}]}, "machines.folders[0].guest", "leave out . and .."),
        ({"folders": [{"host": "/x", "guest": "/srv/"}]}, "machines.folders[0].guest", "the last slash"),
        ({"folders": [{"host": "/x", "guest": "srv"}]}, "machines.folders[0].guest", "srv"),
        ({"folders": [{"host": "/x", "guest": "/s rv"}]}, "machines.folders[0].guest", "s rv"),
        ({"disks": [{"size": "big"}]}, "machines.disks[0].size", "is not the size of a disk. Write MiB, such as 10240"),
        ({"disks": [{"size": 63}]}, "machines.disks[0].size", "64"),
        ({"ports": [{"host": 0, "to": 80}]}, "machines.ports[0].host", "1"),
        ({"ports": [{"host": 8080, "to": 65536}]}, "machines.ports[0].to", "65535"),
        (
            {"ports": [{"host": 8080, "to": 80, "listen": "localhost"}]},
            "machines.ports[0].listen",
            "is not an IPv4 address",
        ),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(machines: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(ProfileError) as refused:
        profilefile.parse(yaml.safe_dump({"name": "x", "machines": machines}), "x.yaml")
    assert path in str(refused.value)
    assert said in str(refused.value)


HOSTS = st.from_regex(r"/[A-Za-z0-9_. -]{1,20}[A-Za-z0-9]", fullmatch=True)
GUESTS = st.from_regex(r"/srv/[a-z0-9]{1,9}", fullmatch=True)
FOLDERS = st.builds(Folder, host=HOSTS, guest=GUESTS)
PORTS = st.builds(
    Port, host=st.integers(10000, 65535), to=st.integers(1, 65535), machine=st.none() | st.just("kubnode1")
)
DISKS = st.builds(Disk, size=st.integers(64, 2**24))


@given(
    st.lists(PORTS, max_size=3, unique_by=lambda port: port.host),
    st.lists(FOLDERS, max_size=3, unique_by=lambda folder: folder.guest),
    st.lists(DISKS, max_size=3),
)
def test_a_file_keeps_them(ports: list[Port], folders: list[Folder], disks: list[Disk]) -> None:
    found: dict[str, list[Any]] = {"ports": ports, "folders": folders, "disks": disks}
    fields = {name: [each.model_dump(mode="json") for each in parts] for name, parts in found.items()}
    profile = Profile.model_validate({"machines": fields})
    assert profilefile.parse(profilefile.dump(profile), "x") == profile
