"""Add-ons in a profile: a name alone or with more, written back as short as they were."""

import pytest

from kubetui.base.errors import ProfileError
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile

SUM = "0" * 64


def read(addons: str) -> Profile:
    return profilefile.parse(f'schema: 1\nname: lab\nkubernetes: {{version: "1.37"}}\naddons: {addons}\n', "lab.yaml")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("[storage]", "addons:\n- storage\n"),
        ("[{name: storage}]", "addons:\n- storage\n"),
        (f'[{{name: storage, version: v0.0.30, sha256: "{SUM}"}}]', "- name: storage\n  version: v0.0.30\n"),
        (
            "[{name: loadbalancer, addresses: 192.168.56.230 - 192.168.56.239}]",
            "- name: loadbalancer\n  addresses: 192.168.56.230-192.168.56.239\n",
        ),
        ("[storage, {name: registry, port: 30501}]", "- storage\n- name: registry\n  port: 30501\n"),
        ("[]", ""),
    ],
)
def test_they_are_written_as_short_as_they_can_be(text: str, written: str) -> None:
    profile = read(text)
    dumped = profilefile.dump(profile).replace("\n  - ", "\n- ").replace("\n    ", "\n  ")
    assert written in dumped if written else "addons" not in dumped
    assert profilefile.parse(profilefile.dump(profile), "again") == profile


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[storag]", "addons[0].name: storag is not one of: storage, metrics, loadbalancer, registry, vip."),
        ("[{name: loadbalancer, addresses: some}]", "some is no range of addresses. Write one as 192.168.56.240-"),
        ("[{name: loadbalancer, addresses: 10.0.0.9-10.0.0.1}]", "ends before it begins. Write 10.0.0.1-10.0.0.9."),
        ("[storage, storage]", "addons: storage is in the list twice. Leave one out."),
        ("storage", "addons: storage is not a list."),
        ("[{version: v1.0}]", "addons[0].name"),
        ("[{name: registry, port: 70000}]", "addons[0].port"),
        ("[{name: storage, url: https://me:secret@mirror.example.org/x.yaml}]", "addons[0].url"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ProfileError) as refused:
        read(text)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_the_schema_takes_a_name_or_more() -> None:
    name, more = profilefile.json_schema()["properties"]["addons"]["items"]["anyOf"]
    assert name == {"type": "string", "enum": ["storage", "metrics", "loadbalancer", "registry", "vip"]}
    assert set(profilefile.json_schema()["$defs"][more["$ref"].rpartition("/")[2]]["properties"]) == {
        "name",
        "version",
        "url",
        "sha256",
        "addresses",
        "address",
        "port",
    }
