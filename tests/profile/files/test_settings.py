"""Values that the command line sets in a profile."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import ProfileError, UsageError
from kubetui.cli.options import Source
from kubetui.cli.profiles import load
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.files.settings import Setting, read
from kubetui.profile.schema.profile import Profile

TEXT = """schema: 1
name: lab
provider: lxc
machines:
  workers: 2
  by_name:
    kubnode1: {memory: 4096}
network:
  pod_cidr: 10.10.0.0/16
"""


def changed(*settings: str) -> Profile:
    return profilefile.parse(TEXT, "lab.yaml", settings=[read(each) for each in settings])


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("machines.workers=3", ("machines", "workers"), 3),
        ("kubernetes.version=1.40", ("kubernetes", "version"), "1.40"),
        ('kubernetes.version="1.36"', ("kubernetes", "version"), "1.36"),
        ("addons=[storage, metrics]", ("addons",), ["storage", "metrics"]),
        ("mirrors.registries={docker.io: http://m:5000}", ("mirrors", "registries"), {"docker.io": "http://m:5000"}),
        (r"mirrors.registries.docker\.io=http://m", ("mirrors", "registries", "docker.io"), "http://m"),
        ("machines.options.libvirt.machine_ratio=0.5", ("machines", "options", "libvirt", "machine_ratio"), 0.5),
        ("hosts.0.user=me", ("hosts", 0, "user"), "me"),
        ("machines.prepared_box=true", ("machines", "prepared_box"), True),
        ("machines.box=", ("machines", "box"), None),
    ],
)
def test_a_value_is_read_as_yaml_but_a_version_stays_text(
    text: str, path: tuple[str | int, ...], value: object
) -> None:
    setting = read(text)
    assert (setting.path, setting.value) == (path, value)


@pytest.mark.parametrize("text", ["", "machines.workers", "=3", "machines..workers=3", ".workers=1", "addons=[storage"])
def test_what_sets_nothing_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(text)
    assert "--set" in str(refused.value)
    assert refused.value.fix


@given(st.integers(1, 9), st.integers(2048, 8192))
def test_a_set_value_is_as_if_the_file_had_it(workers: int, memory: int) -> None:
    document = yaml.safe_load(TEXT)
    document["machines"] |= {"workers": workers, "memory": memory}
    written = profilefile.parse(yaml.safe_dump(document), "x")
    assert changed(f"machines.workers={workers}", f"machines.memory={memory}") == written


def test_groups_that_the_file_lacks_are_made() -> None:
    assert changed("kubernetes.runtime=cri-o").kubernetes.runtime == "cri-o"
    assert changed("machines.by_name.kubnode2.memory=8192").machines.by_name["kubnode2"].memory == 8192
    # beside what is there
    assert changed("machines.by_name.kubnode2.memory=8192").machines.by_name["kubnode1"].memory == 4096


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["machines.wrokers=3"], ("--set: machines.wrokers", "workers")),
        (["machines.workers=many"], ("--set: machines.workers", "many")),
        (["mirrors.registries.docker.io=http://m"], ("--set: mirrors.registries.docker",)),
        (["network.pod_cidr=10.96.0.0/16"], ("--set: network.pod_cidr", "service CIDR")),
        (["name=Not A Name"], ("--set: name",)),
        # the file's own fault keeps its line
        (["machines.cpus=x", "network.first_address=y"], ("--set: machines.cpus", "--set: network.first_address")),
    ],
)
def test_a_fault_of_a_set_value_names_it(settings: list[str], words: tuple[str, ...]) -> None:
    with pytest.raises(ProfileError) as refused:
        changed(*settings)
    for word in words:
        assert word in str(refused.value)
    assert ":0:0" not in str(refused.value)
    assert "Line 0" not in str(refused.value)


def test_a_set_value_mends_the_file_and_others_keep_their_lines() -> None:
    broken = TEXT.replace("workers: 2", "workers: many").replace("10.10.0.0/16", "10.10.0.0/99")
    with pytest.raises(ProfileError) as refused:
        profilefile.parse(broken, "lab.yaml", settings=[Setting(("machines", "workers"), 2, "2")])
    assert "lab.yaml:9:" in str(refused.value)
    assert "workers" not in str(refused.value)


@pytest.mark.parametrize("text", ["hosts.0.user=me", "name.first=x", "machines.workers.0=1", "network.0=x"])
def test_a_path_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises((UsageError, ProfileError)) as refused:
        changed(text)
    assert text.partition("=")[0].split(".")[0] in str(refused.value)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("home")
def test_a_second_cluster_from_one_profile() -> None:
    profile = load(
        Source("tutorial", called="second", provider="lxc", settings=("network.first_address=192.168.57.11",))
    )
    assert (profile.name, profile.provider) == ("second", "lxc")
    assert str(profile.network.first_address) == "192.168.57.11"
    assert Source("tutorial", called="second", settings=("a=b c",)).words == "tutorial --name second --set 'a=b c'"


@pytest.mark.usefixtures("home")
def test_a_fault_names_the_option_that_was_typed() -> None:
    with pytest.raises(ProfileError, match=r"^--name: name"):
        load(Source("tutorial", called="Not A Name"))
    with pytest.raises(ProfileError, match=r"^--provider: provider"):
        load(Source("tutorial", provider="cloud"))


def test_standard_input_is_a_profile(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert load(Source("-", is_file=True)).name == "lab"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"name: [")))
    with pytest.raises(ProfileError, match=r"^standard input:1:"):
        load(Source("-", is_file=True))
    (home / "lab").write_text(TEXT)
    assert load(Source(str(home / "lab"), is_file=True)).name == "lab"


def test_a_cluster_stands_for_its_own_profile(home: Path) -> None:
    with pytest.raises(ProfileError, match="There is no profile called lab"):
        load(Source("lab"))
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(TEXT)
    assert load(Source("lab")).machines.workers == 2
    # an earlier kubetui left its default version out
    assert load(Source("lab", settings=("machines.workers=1",))) == profilefile.load_built(
        cluster, settings=[read("machines.workers=1")]
    )
