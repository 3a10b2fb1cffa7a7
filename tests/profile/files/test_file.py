"""Profiles as files: the starters, what is written and how it is saved, the schema."""

import json
import os
import re
import stat
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from pydantic import ValidationError

from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.fields import NEWEST_MINOR
from kubetui.profile.schema.profile import Kubernetes, Profile

STARTERS = Path(__file__).parents[3] / "profiles"


def test_a_windows_file_is_read() -> None:
    assert profilefile.parse("\ufeffname: lab\r\nmachines:\r\n  workers: 1\r\n".encode(), "x").machines.workers == 1


@pytest.mark.parametrize("name", ["tutorial", "single", "larger"])
def test_starter_profiles_are_right(name: str) -> None:
    profile = profilefile.load(STARTERS / f"{name}.yaml")
    assert profile.name == name
    assert profilefile.parse(profilefile.dump(profile), "x") == profile


def test_the_tutorial_says_the_defaults() -> None:
    assert profilefile.load(STARTERS / "tutorial.yaml") == Profile(name="tutorial")


def test_dump_writes_only_differences() -> None:
    profile = Profile.model_validate(
        {
            "provider": "libvirt",
            "machines": {"workers": 3, "options": {"libvirt": {"driver": "qemu", "nested": "yes"}}},
            "kubernetes": {"version": "1.37", "patches": [{"kind": "ClusterConfiguration", "x": ["010", 1.5, None]}]},
        }
    )
    assert profilefile.dump(profile) == (
        "schema: 1\nname: lab\nprovider: libvirt\n"
        "machines:\n  workers: 3\n  options:\n    libvirt:\n      driver: qemu\n      nested: 'yes'\n"
        "kubernetes:\n  version: '1.37'\n  patches:\n    - kind: ClusterConfiguration\n"
        "      x:\n        - '010'\n        - 1.5\n        - null\n"
    )


def test_a_file_names_its_version_whatever_the_default_is() -> None:
    text = profilefile.dump(Profile())
    assert text == f"schema: 1\nname: lab\nprovider: virtualbox\nkubernetes:\n  version: '1.{NEWEST_MINOR}'\n"


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    found = Cluster("lab")
    found.create()
    return found


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("name: lab\n", "1.36"),
        ("name: lab\nkubernetes: {runtime: containerd}\n", "1.36"),
        ('name: lab\nkubernetes: {version: "1.37"}\n', "1.37"),
    ],
)
def test_a_clusters_file_without_a_version_means_the_default_of_its_time(
    cluster: Cluster, text: str, version: str
) -> None:
    cluster.profile.write_text(text)
    assert profilefile.load_built(cluster).kubernetes.version == version
    assert profilefile.load(cluster.profile).kubernetes.version == "1.37"


@pytest.mark.parametrize("text", ["", "- lab\n", "kubernetes:\n", "kubernetes: [1]\n", "name: ["])
def test_a_clusters_file_that_cannot_be_read_is_an_error(cluster: Cluster, text: str) -> None:
    cluster.profile.write_text(text)
    with pytest.raises(ProfileError):
        profilefile.load_built(cluster)


def test_dump_refuses_values_outside_yaml() -> None:
    profile = Profile.model_validate({"machines": {"options": {"lxc": {"a": object()}}}})
    with pytest.raises(ProfileError, match="cannot be written as YAML"):
        profilefile.dump(profile)


def test_missing_and_special_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, word in ((tmp_path / "no.yaml", "no such file"), (tmp_path, "folder"), (tmp_path / "pipe", "regular")):
        with pytest.raises(ProfileError, match=word) as caught:
            profilefile.load(path)
        assert str(path) in str(caught.value)
        assert "kubetui profiles" in str(caught.value)
    with pytest.raises(ProfileError, match="cannot be read"):
        profilefile.load(Path("a\0b"))


def test_a_saved_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        profilefile.save(Profile(), tmp_path / "a" / "b" / "lab.yaml")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / part).stat().st_mode) for part in ("a", "a/b", "a/b/lab.yaml")]
    assert modes == [0o700, 0o700, 0o600]
    assert os.listdir(tmp_path / "a" / "b") == ["lab.yaml"]  # noqa: PTH208
    assert profilefile.load(tmp_path / "a" / "b" / "lab.yaml") == Profile()


def test_saving_never_overwrites_without_consent(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text("mine")
    with pytest.raises(ProfileError, match="already exists"):
        profilefile.save(Profile(), path)
    assert path.read_text() == "mine"
    profilefile.save(Profile(), path, overwrite=True)
    assert profilefile.load(path) == Profile()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("overwrite", [True, False])
def test_saving_follows_no_link(tmp_path: Path, overwrite: bool) -> None:  # noqa: FBT001
    target, link = tmp_path / "target", tmp_path / "lab.yaml"
    link.symlink_to(target)
    with pytest.raises(ProfileError, match="symbolic link"):
        profilefile.save(Profile(), link, overwrite=overwrite)
    assert not target.exists()


def test_saving_to_an_unwritable_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProfileError, match="cannot be written"):
        profilefile.save(Profile(), tmp_path / "file" / "lab.yaml")


def test_the_schema_takes_the_versions_that_a_profile_takes() -> None:
    versions = [f"1.{minor}{patch}" for minor in range(101) for patch in ("", ".0", ".12", ".", ".1.1")]
    pattern = profilefile.json_schema()["$defs"]["Kubernetes"]["properties"]["version"]["pattern"]
    fitting = [version for version in versions if re.search(pattern, version)]
    assert fitting == [version for version in versions if is_taken(version)]
    assert fitting[0] == "1.31"


def is_taken(version: str) -> bool:
    try:
        Kubernetes(version=version)
    except ValidationError:
        return False
    return True


def test_the_schema_has_titles_and_aliases() -> None:
    schema = profilefile.json_schema()
    json.dumps(schema)
    assert schema["properties"]["schema"]["title"] == "Schema"
    assert schema["additionalProperties"] is False
    network = schema["$defs"]["Network"]["properties"]
    assert network["pod_cidr"]["default"] == str(IPv4Network("10.244.0.0/16"))
    assert network["first_address"]["default"] == str(IPv4Address("192.168.56.101"))
    fields = [field for part in schema["$defs"].values() for field in part["properties"].values()]
    assert all("title" in field and "description" in field for field in fields)
