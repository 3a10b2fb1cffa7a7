"""`kubetui addon` as a person types it: listed, added to the cluster's own profile, removed, refused in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import ExitCode, UsageError
from kubetui.cli.asking import removal
from kubetui.cli.extras import addons as command
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.operations import addons
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile


def kubetui(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    cluster = Cluster("lab")
    cluster.create()
    has(cluster)
    return cluster


def has(cluster: Cluster, *names: str) -> None:
    """Make a cluster one that was built with these add-ons."""
    profile = Profile.model_validate({"name": "lab", "addons": names})
    cluster.profile.write_text(profilefile.dump(profile))
    addons.begin(cluster, Plan(profile))


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Profile]:
    """Note the profiles that are built, in place of building them."""
    profiles: list[Profile] = []

    def run(plan: Plan, _name: str, _options: object) -> ExitCode:
        profiles.append(plan.profile)
        return ExitCode.OK

    monkeypatch.setattr(command, "settled", lambda profile, _options: Plan(profile))
    monkeypatch.setattr(command, "run", run)
    return profiles


@pytest.mark.usefixtures("lab")
def test_the_list_says_what_each_is_for_and_what_it_costs() -> None:
    said = kubetui("addon", "list", "lab")
    assert said.exit_code == 0
    assert "storage       -      volumes on the nodes' own disks, and the default class; 30 MiB" in said.output
    document = json.loads(kubetui("addon", "list", "lab", "--json").output)
    assert document["cluster"] == "lab"
    assert document["addons"][0] == {"name": "storage", "title": "local-path", "state": "-"}


@pytest.mark.usefixtures("lab")
def test_one_is_added_to_the_clusters_own_profile(built: list[Profile]) -> None:
    assert kubetui("addon", "add", "lab", "storage").exit_code == 0
    assert kubetui("addon", "add", "lab", "storage", "--version", "v0.0.30").exit_code == 0
    pool = "192.168.56.230-192.168.56.239"
    assert kubetui("addon", "add", "lab", "loadbalancer", "--addresses", pool).exit_code == 0
    assert [[each.short() for each in profile.addons] for profile in built] == [
        ["storage"],
        [{"name": "storage", "version": "v0.0.30"}],
        [{"name": "loadbalancer", "addresses": pool}],
    ]


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("storag",), "addons[0].name: storag is not one of: storage, metrics, loadbalancer, registry, vip."),
        (("loadbalancer", "--addresses", "192.168.56.100-192.168.56.103"), "addons[0].addresses"),
        (("registry",), "first: kubetui addon add lab storage"),
        (("storage", "--version", "latest"), "addons[0].version"),
        (("storage", "--url", "ftp://mirror/storage.yaml"), "addons[0].url"),
    ],
)
def test_what_a_profile_does_not_allow_is_refused_as_in_a_profile(
    built: list[Profile], words: tuple[str, ...], said: str
) -> None:
    refused = kubetui("addon", "add", "lab", *words)
    assert refused.exit_code == ExitCode.USAGE
    assert said in refused.output
    assert built == []


def test_the_registrys_port_is_a_number(lab: Cluster, built: list[Profile]) -> None:
    has(lab, "storage")
    assert kubetui("addon", "add", "lab", "registry", "--port", "30501").exit_code == 0
    assert [each.short() for each in built[0].addons] == ["storage", {"name": "registry", "port": 30501}]
    refused = kubetui("addon", "add", "lab", "registry", "--port", "8080")
    assert "8080 is not one of the cluster's NodePorts, 30000 to 32767." in refused.output


def test_what_a_registry_needs_is_not_removed_before_it(lab: Cluster, built: list[Profile]) -> None:
    has(lab, "storage", "registry")
    refused = kubetui("addon", "remove", "lab", "storage")
    assert "registry keeps what it has on a volume" in refused.output
    assert built == []


def test_one_that_is_there_goes_on_and_is_not_exchanged(lab: Cluster, built: list[Profile]) -> None:
    has(lab, "storage")
    assert kubetui("addon", "add", "lab", "storage").exit_code == 0
    assert [[each.name for each in profile.addons] for profile in built] == [["storage"]]
    refused = kubetui("addon", "add", "lab", "storage", "--version", "v0.0.30")
    assert refused.exit_code == ExitCode.USAGE
    assert "lab has the add-on storage already, with other values." in refused.output
    assert "kubetui addon remove lab storage, then add it again." in refused.output
    assert len(built) == 1


def test_the_address_that_control_planes_share_stays(lab: Cluster, built: list[Profile]) -> None:
    has(lab, "vip")
    refused = kubetui("addon", "remove", "lab", "vip")
    assert refused.exit_code == ExitCode.USAGE
    assert "vip stays: kubeadm writes the API's address" in refused.output
    assert built == []


def test_one_is_removed_also_where_a_removal_was_cut_off(lab: Cluster, built: list[Profile]) -> None:
    has(lab, "storage")
    assert kubetui("addon", "remove", "lab", "storage").exit_code == 0
    lab.profile.write_text(profilefile.dump(Profile(name="lab")))
    assert "half removed" in kubetui("addon", "list", "lab").output
    assert kubetui("addon", "remove", "lab", "storage").exit_code == 0
    assert [profile.addons for profile in built] == [(), ()]


@pytest.mark.usefixtures("lab")
def test_what_is_not_there_is_not_removed(built: list[Profile]) -> None:
    refused = kubetui("addon", "remove", "lab", "storage")
    assert refused.exit_code == ExitCode.USAGE
    assert "lab has no add-on storage." in refused.output
    assert "kubetui addon list lab" in refused.output
    assert built == []


def test_nobody_loses_an_add_on_unasked(lab: Cluster) -> None:
    has(lab, "storage")
    with pytest.raises(UsageError, match=r"Remove storage from lab\? Nobody can answer here\."):
        removal(Profile(name="lab"), yes=False)
    removal(Profile(name="lab"), yes=True)
    removal(profilefile.load_built(lab), yes=False)
