"""Machines of the Red Hat family, alone and beside Debian's. What these machines lack is listed in the rig's README."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from kubetui.engine.failures.diagnosis import diagnose
from kubetui.steps.node.packages import KUBERNETES_PACKAGES, PACKAGE_REPOSITORY
from tests.e2e.conftest import Lab, Maker
from tests.e2e.existing import Existing, try_up
from tests.e2e.mutations import differences
from tests.e2e.smoke import pods_reach_each_other
from tests.e2e.test_interrupted import killed
from tests.e2e.test_security import make_keys, mirror, on_machine, step
from tests.e2e.test_up import assert_nothing_left, nodes, planned

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

BOX = "rig/rocky9"
MIRRORS = {
    "packages": {"url": "http://10.0.3.1:8080/core:/stable:/v1.37/{format}/", "key": None},
    "containerd": {"url": "http://10.0.3.1:8080/linux/{id}", "key": "http://10.0.3.1:8080/linux/{id}/gpg"},
}
PORT = 3197
KINDS = {
    "base": "rpm --erase --nodeps socat",
    "runtime": "rm /usr/bin/containerd",
    "repository": "rm /etc/yum.repos.d/kubernetes.repo",
    "kubernetes": "rm /usr/bin/kubectl",
    "selinux": "setenforce 1",
}
"""Ways to break a machine, by the step that puts it right."""


def rpm(make: Maker, name: str, **machines: Any) -> Lab:
    return make(name, machines={"box": BOX, **machines}, mirrors=MIRRORS)


def images(lab: Lab) -> dict[str, str]:
    """Return each node's system."""
    return {each["metadata"]["name"]: each["status"]["nodeInfo"]["osImage"] for each in lab.objects("nodes")}


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    lab = rpm(make, "rpm")
    lab.up()
    return lab


def test_three_nodes_are_ready_and_pods_reach_each_other(lab: Lab) -> None:
    assert nodes(lab) == planned(lab)
    assert all(system.startswith("Rocky Linux 9") for system in images(lab).values())
    pods_reach_each_other(lab, [name for name in planned(lab) if name != "kubmaster"])


def test_a_second_up_changes_nothing(lab: Lab) -> None:
    state = "rpm --query --all | sort; find /etc /var/lib/kubetui -xdev -type f -exec sha256sum {} + | sort"
    before = {name: lab.on(name, state) for name in planned(lab)}
    assert "nothing changed" in lab.up()
    assert {name: lab.on(name, state) for name in planned(lab)} == before


def test_selinux_is_permissive_and_kubernetes_is_held(lab: Lab) -> None:
    assert lab.on("kubnode1", "getenforce; grep ^SELINUX= /etc/selinux/config").split() == [
        "Permissive",
        "SELINUX=permissive",
    ]
    assert "kubelet" not in lab.on("kubnode1", "dnf --quiet repoquery kubelet kubeadm kubectl 2>/dev/null; true")


def test_what_is_broken_is_named_and_mended(lab: Lab) -> None:
    assert differences(lab) == set()
    for script in KINDS.values():
        lab.on("kubnode1", script)
    assert {name for machine, name in differences(lab) if machine == "kubnode1"} >= set(KINDS)
    lab.up()
    assert differences(lab) == set()


def test_a_worker_is_taken_out_and_another_one_comes_in(lab: Lab, make: Maker) -> None:
    assert "is ready" in lab.kubetui("node", "remove", lab.name, "kubnode2", "--yes")
    assert set(nodes(lab)) == {"kubmaster", "kubnode1"}
    assert "is ready" in lab.kubetui("node", "add", lab.name, "--yes")
    assert set(nodes(lab)) == {"kubmaster", "kubnode1", "kubnode2"}
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_a_worker_of_the_red_hat_family_joins_a_control_plane_of_debian(fresh: Maker) -> None:
    lab = fresh("mixed", machines={"workers": 1, "by_name": {"kubnode1": {"box": BOX}}}, mirrors=MIRRORS)
    lab.up()
    systems = images(lab)
    assert systems["kubmaster"].startswith("Debian")
    assert systems["kubnode1"].startswith("Rocky Linux 9")
    pods_reach_each_other(lab, ["kubnode1"])
    assert "nothing changed" in lab.up()
    lab.kubetui("destroy", lab.name, "--yes")
    assert_nothing_left(lab)


def test_the_wrong_family_is_refused_before_anything_is_installed(fresh: Maker) -> None:
    lab = rpm(fresh, "wrong", workers=0, packages="apt")
    said = lab.kubetui("up", str(lab.profile), "--yes", check=False)
    assert "does not use apt" in said
    assert "machines.packages" in said
    assert "packages: dnf under machines.by_name.kubmaster" in said
    lab.kubetui("destroy", lab.name, "--yes")


def test_bad_keys_and_changed_packages_are_refused(fresh: Maker, tmp_path: Path) -> None:
    make_keys(tmp_path)
    real = "http://10.0.3.1:8080/core:/stable:/v1.37/rpm/"
    packages = {"url": real, "key": f"{real}repodata/repomd.xml.key", "fingerprint": "0" * 40}
    lab = fresh("liars", machines={"box": BOX, "workers": 0}, mirrors={**MIRRORS, "packages": packages})
    with mirror(lab, tmp_path, PORT) as place:
        said = lab.kubetui("up", str(lab.profile), "--yes", check=False)
        assert "KEY-WRONG" in said
        assert "0000000000 is expected" in said
        refuses(lab, "expired", place, PACKAGE_REPOSITORY, "KEY-EXPIRED")
        refuses(lab, "other", place, PACKAGE_REPOSITORY, "SIGNATURE-WRONG")
        refuses(lab, "changed", place, KUBERNETES_PACKAGES, "PACKAGE-CHANGED")
        assert "kubelet" not in lab.on("kubmaster", "rpm --query --all")
    lab.kubetui("destroy", lab.name, "--yes")


def refuses(lab: Lab, kind: str, place: str, last: Any, cause: str) -> None:
    """Check that a machine refuses what the mirror of this kind gives, in this step, and for this cause."""
    url = f"http://{place}/{kind}/"
    key = "Release.key" if kind != "changed" else "repodata/repomd.xml.key"
    packages = {"url": url, "key": url + key}
    if last is not PACKAGE_REPOSITORY:
        code, lines = on_machine(lab, step(lab, PACKAGE_REPOSITORY, packages))
        assert code == 0, lines
    code, lines = on_machine(lab, step(lab, last, packages))
    assert code != 0, lines
    assert diagnose(lines).id == cause, lines


def changes(before: str, after: str) -> list[str]:
    """Return the lines that came and went, but for folders in /usr: the test machines' packages own none of theirs."""
    lines = unified_diff(before.splitlines(), after.splitlines(), n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@", "+d 755 root /usr/"))]


def test_an_existing_machine_is_put_back_by_destroy(make: Maker, tmp_path: Path) -> None:
    machines = Existing(tmp_path / "machines", rpm(make, "lender"), {"hostr1": "192.168.64.31"})
    try:
        machines.start(BOX)
        before = machines.look()
        hosts = machines.hosts(("control plane",))
        lab = machines.profile("mine", hosts)
        code, output = try_up(lab)
        assert code != 0
        assert "Write packages: dnf into its entry under hosts." in output
        lab = machines.profile("mine", [{**hosts[0], "packages": "dnf"}])
        code, output = try_up(lab)
        assert code == 0, output
        lab.kubetui("destroy", lab.name, "--hosts", "hostr1")
        assert changes(before["hostr1"], machines.look()["hostr1"]) == []
    finally:
        machines.vagrant("destroy", "--force")


def test_up_completes_the_cluster_after_kills_during_slow_steps(fresh: Maker) -> None:
    killed(rpm(fresh, "killed", workers=1), "during", ("base", "runtime", "kubernetes", "images", "join"))
