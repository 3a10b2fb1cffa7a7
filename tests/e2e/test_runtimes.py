"""Docker and CRI-O as container runtimes, on machines of Vagrant and on existing ones.

Docker Engine is Debian's real one. cri-dockerd and CRI-O are the rig's stand-ins: their sockets, flags, units and files
of settings are the real ones', and what answers behind them is a containerd.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kubetui.explain.concepts import At
from tests.e2e.concepts import failures
from tests.e2e.conftest import Maker
from tests.e2e.existing import Existing, try_up
from tests.e2e.smoke import pods_reach_each_other
from tests.e2e.test_interrupted import killed
from tests.e2e.test_up import assert_nothing_left, nodes, planned, state_of
from tests.e2e.test_versions import versions

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MIRROR = "http://10.0.3.1:8080"
RELEASE = f"{MIRROR}/mirantis/cri-dockerd/v0.4.3"
CRIO = f"{MIRROR}/isv:/cri-o:/stable:/v1.37/deb/"
FLANNEL = "flannel-io/flannel:v0.28.9"
IMAGES = {"docker": f"10.0.3.1:5000/{FLANNEL}", "cri-o": f"ghcr.io/{FLANNEL}"}
"""flannel's image as its pods name it: Docker has no mirror of ghcr.io."""
SETTINGS = {
    "docker": "/etc/docker/daemon.json /etc/systemd/system/cri-docker.service.d/90-kubetui.conf",
    "cri-o": "/etc/crio/crio.conf.d/99-kubetui.conf /etc/containers/registries.conf.d/50-kubetui-ghcr.io.conf",
}
COSTLY = ("runtime", "runtime-config", "images", "init", "join")
LEFT = ("-standin", "  /etc/group-", "  /etc/gshadow-")
"""What the stand-ins leave behind, which the real ones do not have, and the copies that groupdel keeps."""


def choice(make: Maker, runtime: str) -> dict[str, Any]:
    """Return the parts of a profile that choose a runtime, with the rig's mirror of it."""
    mirrors: Mapping[str, Any] = {"crio": {"url": CRIO, "key": f"{CRIO}Release.key"}}
    if runtime == "docker":
        sums = make("lender").run("curl", "--fail", "--silent", f"{RELEASE}/SHA256SUMS").split()
        name = "cri-dockerd-0.4.3.amd64.tgz"
        mirrors = {"cri_dockerd": {"url": f"{RELEASE}/{name}", "sha256": sums[sums.index(name) - 1]}}
    return {"kubernetes": {"runtime": runtime, "runtime_packages": "auto"}, "mirrors": mirrors}


@pytest.fixture(params=["docker", "cri-o"])
def runtime(request: pytest.FixtureRequest) -> str:
    found = request.param
    assert isinstance(found, str)
    return found


def test_three_nodes_are_proven_and_a_second_up_changes_nothing(fresh: Maker, runtime: str) -> None:
    lab = fresh("other", **choice(fresh, runtime))
    said = lab.up()
    assert "ok          dns" in said
    assert nodes(lab) == planned(lab)
    assert len(nodes(lab)) == 3
    (version,) = versions(lab, "containerRuntimeVersion")
    assert version.startswith(f"{runtime}://")
    pods_reach_each_other(lab, ["kubnode1", "kubnode2"])
    (flannel,) = (each for each in lab.objects("daemonsets") if each["metadata"]["name"] == "kube-flannel-ds")
    assert flannel["spec"]["template"]["spec"]["containers"][0]["image"] == IMAGES[runtime]
    assert ("Docker asks mirrors of docker.io alone" in lab.kubetui("plan", str(lab.profile))) is (runtime == "docker")
    places = {"kubnode1": (At.NODE,), "kubmaster": (At.CONTROL_PLANE,)}
    assert {name: failures(lab, at, name) for name, at in places.items()} == {"kubnode1": {}, "kubmaster": {}}
    before = state_of(lab)
    assert "nothing changed" in lab.up()
    assert state_of(lab) == before
    lab.on("kubnode1", f"for file in {SETTINGS[runtime]}; do echo >$file; done")
    assert "what differed is mended" in lab.kubetui("mend", lab.name)
    assert nodes(lab) == planned(lab)
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_another_runtime_is_refused_on_a_cluster_that_lives(fresh: Maker) -> None:
    lab = fresh("fixed", **{**choice(fresh, "cri-o"), "machines": {"workers": 0}})
    lab.up()
    changed = fresh("fixed", **{**choice(fresh, "docker"), "machines": {"workers": 0}})
    said = changed.refused(*changed.command("up", str(changed.profile), "--yes"))
    assert "A container runtime cannot be exchanged under the pods that it runs." in said
    lab.kubetui("destroy", lab.name, "--yes")


def test_an_archive_with_another_checksum_is_not_installed(fresh: Maker) -> None:
    chosen = choice(fresh, "docker")
    chosen["mirrors"]["cri_dockerd"]["sha256"] = "0" * 64
    lab = fresh("wrong", **{**chosen, "machines": {"workers": 0}})
    said = lab.kubetui("up", str(lab.profile), "--yes", check=False)
    assert "PACKAGE-CHANGED" in said
    assert f"and {'0' * 64} is expected" in said
    assert lab.on("kubmaster", "ls /usr/local/bin; command -v dockerd || true").strip() == ""
    lab.kubetui("destroy", lab.name, "--yes")


def look(machines: Existing) -> set[tuple[str, str]]:
    """Return every line that describes a machine, with the machine's name."""
    lines = {(name, line) for name, text in machines.look().items() for line in text.split("\n")}
    return {(name, line) for name, line in lines if not any(each in line for each in LEFT)}


def test_existing_machines_are_restored_by_destroy(make: Maker, runtime: str, tmp_path: Path) -> None:
    chosen = choice(make, runtime)
    lender = make("lender", **chosen)
    machines = Existing(
        tmp_path / "machines", lender, {f"hostm{number}": f"192.168.64.{10 + number}" for number in (1, 2)}
    )
    try:
        machines.start(lender.document["machines"]["box"])
        before = look(machines)
        lab = machines.profile("existing", machines.hosts(("control plane", "worker")))
        code, output = try_up(lab)
        assert code == 0, output
        assert len(lab.objects("nodes")) == 2
        assert "nothing changed" in lab.up()
        lab.kubetui("destroy", lab.name, "--hosts", ",".join(machines.addresses))
        assert look(machines) ^ before == set()
    finally:
        machines.vagrant("destroy", "--force")


def test_up_completes_the_cluster_after_kills_during_costly_steps(fresh: Maker, runtime: str) -> None:
    killed(fresh("killed", **choice(fresh, runtime)), "during", COSTLY)
