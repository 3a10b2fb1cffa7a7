"""The add-ons of a cluster on disk: what is there, what has to go, and what was forgotten."""

from pathlib import Path

import pytest

from kubetui.base.errors import ProfileError, RunError
from kubetui.cluster.folder import Cluster
from kubetui.host.checks import memory_check
from kubetui.host.doctor import _manifest
from kubetui.operations import addons
from kubetui.operations.inplace import only_grows
from kubetui.profile import manifests
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import added
from kubetui.software.addons import CATALOGUE
from kubetui.software.upstream import source
from tests.software.addons.upstream import LOCAL_PATH
from tests.software.networks.upstream import Web, serving, sha256


def profile(*entries: object) -> Profile:
    return Profile.model_validate({"name": "lab", "addons": list(entries)})


def entry(web: Web) -> dict[str, str]:
    web.files["/storage.yaml"] = LOCAL_PATH
    return {"name": "storage", "url": f"{web.url}/storage.yaml", "sha256": sha256(LOCAL_PATH)}


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = Cluster("lab")
    made.create()
    made.profile.write_text(profilefile.dump(profile()))
    return made


def test_what_was_begun_has_to_go_until_a_run_ended_well(cluster: Cluster) -> None:
    plan = addons.planned(cluster, Plan(profile("storage")))
    assert plan.dropped == ()
    addons.begin(cluster, plan)
    without = addons.planned(cluster, Plan(profile()))
    assert [each.name for each in without.dropped] == ["storage"]
    # a removal that is cut off is still to be done
    addons.begin(cluster, without)
    assert [each.name for each in addons.going(profile())] == ["storage"]
    addons.settle(cluster, without)
    assert addons.going(profile()) == ()
    assert not cluster.addons.exists()


def test_states_are_told_from_the_profile_and_the_record(cluster: Cluster) -> None:
    assert addons.states(cluster, profile()) == dict.fromkeys(
        ("storage", "metrics", "loadbalancer", "registry", "vip"), "-"
    )
    assert addons.states(cluster, profile("storage"))["storage"] == "not built"
    addons.begin(cluster, Plan(profile("storage")))
    assert addons.states(cluster, profile("storage")) == {
        "storage": "installed",
        "metrics": "-",
        "loadbalancer": "-",
        "registry": "-",
        "vip": "-",
    }
    assert addons.states(cluster, profile())["storage"] == "half removed"


def test_a_record_that_cannot_be_read_is_an_error_and_not_nothing(cluster: Cluster) -> None:
    cluster.addons.write_text('["storag"]')
    with pytest.raises(RunError, match=r"addons\.json cannot be read") as refused:
        addons.planned(cluster, Plan(profile()))
    assert '["storage"]' in refused.value.fix


async def test_a_cluster_keeps_the_manifest_that_it_was_built_from(cluster: Cluster) -> None:
    source.download.cache_clear()
    with serving() as web:
        plan = Plan(profile(entry(web)))
        await manifests.fetch(plan)
        await manifests.keep(plan, cluster.folder)
        web.files["/storage.yaml"] = "another"
        source.download.cache_clear()
        await manifests.fetch(plan)
        assert web.asked == 1
        gone = addons.planned(cluster, Plan(profile()))
        assert gone.dropped == ()
        addons.begin(cluster, plan)
        addons.settle(cluster, addons.planned(cluster, Plan(profile())))
        # nothing of it is left, so it is fetched and judged again
        with pytest.raises(ProfileError, match="was expected"):
            await manifests.fetch(plan)
    source.download.cache_clear()


def test_a_rehearsal_has_none() -> None:
    played = Plan(Profile.model_validate({"provider": "rehearsal", "addons": ["storage"]}))
    assert (dict(played.addons), played.addon_images) == ({}, ())


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        ([], ["storage"], True),
        (["storage"], [], True),
        (["storage"], [{"name": "storage", "version": "v0.0.30"}], False),
        ([{"name": "storage"}], ["storage"], True),
    ],
)
def test_a_living_cluster_takes_add_ons_and_does_not_exchange_one(
    before: list[object],
    after: list[object],
    taken: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert only_grows(profile(*before), profile(*after)) is taken


def test_a_plan_says_where_an_add_on_comes_from_and_what_is_changed_in_it() -> None:
    place, changed = added(Plan(profile({"name": "storage", "url": "http://mirror.test/storage.yaml"})))
    assert place.startswith("local-path comes from http://mirror.test/storage.yaml; its SHA-256 has to be 9781b39c")
    assert "image docker.io/rancher/local-path-provisioner:v0.0.37" in changed
    assert "It takes about 30 MiB." in changed
    (unknown, _) = added(Plan(profile({"name": "storage", "version": "v0.1.0"})))
    assert unknown.endswith("kubetui knows no checksum of it, so the first text that this cluster gets is remembered.")
    played = Profile.model_validate({"provider": "rehearsal", "addons": ["storage"]})
    assert added(Plan(played)) == ("A rehearsal has no add-ons: none were recorded.",)


def test_machines_that_share_this_hosts_memory_need_more_of_it_with_an_add_on() -> None:
    containers = {"name": "lab", "provider": "lxc"}
    plain, more = (Plan(Profile.model_validate({**containers, "addons": names})) for names in ([], ["storage"]))
    needs = [memory_check(each, each.machines, 64000, 64000).message for each in (plain, more)]
    plainly, with_more = (int(text.split(", ")[1].split()[0]) for text in needs)
    assert with_more - plainly == CATALOGUE["storage"].memory


async def test_a_manifest_of_kubetuis_own_is_not_fetched_and_not_kept(cluster: Cluster) -> None:
    plan = Plan(profile({"name": "registry", "port": 30501}))
    await manifests.fetch(plan)
    await manifests.keep(plan, cluster.folder)
    assert not [*cluster.folder.glob("addon-*")]
    (line,) = added(plan)
    assert line.startswith("the registry: image docker.io/library/registry:3; a volume of the class local-path")
    assert "images that are named 192.168.56.101:30501/NAME:TAG. It takes about 50 MiB." in line


def test_with_docker_a_plan_says_what_starts_anew() -> None:
    docker = Profile.model_validate({"addons": ["storage", "registry"], "kubernetes": {"runtime": "docker"}})
    assert added(Plan(docker))[-1] == (
        "Docker reads 192.168.56.101:30500 as it starts: on each machine its containers start anew."
    )


async def test_the_doctor_finds_a_manifest_that_cannot_be_had() -> None:
    source.download.cache_clear()
    with serving() as web:
        entry_of = {"name": "storage", "url": f"{web.url}/nothing.yaml"}
        (check,) = await _manifest(Plan(profile(entry_of)))
    assert (check.name, check.status) == ("Add-ons", "failed")
    assert "addons, storage.url" in check.fix
