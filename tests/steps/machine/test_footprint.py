"""Files restored and removed on an existing machine, and the record of how they were."""

import re
import subprocess

import pytest

from kubetui.engine.step import WorkState
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import PRELUDE, Command
from kubetui.software.addons import registry
from kubetui.software.networks.flannel import FLANNEL
from kubetui.software.packages.apt import APT
from kubetui.software.runtimes import CATALOGUE, Runtime
from kubetui.software.runtimes.containerd import CONTAINERD
from kubetui.software.runtimes.docker import DOCKER
from kubetui.steps.machine.footprint import PLACE, reset
from tests.steps.box import Box, recipe, state

FILES = {
    "/etc/apt/apt.conf.d/95kubetui",
    "/etc/apt/keyrings/kubernetes-apt-keyring.gpg",
    "/etc/apt/sources.list.d/kubernetes.list",
    "/etc/bash_completion.d/kubectl",
    "/etc/cni",
    "/etc/containerd",
    "/etc/crictl.yaml",
    "/etc/default/kubelet",
    "/etc/kubernetes",
    "/etc/modules-load.d/kubetui.conf",
    "/etc/sysctl.d/90-kubetui.conf",
    "/etc/systemd/system/containerd.service.d",
    "/etc/systemd/system/kubelet.service.d",
}
DATA = {
    "/opt/cni",
    "/opt/containerd",
    "/root/.gnupg",
    "/root/.kube",
    "/run/containerd",
    "/run/flannel",
    "/run/kubernetes",
    "/usr/libexec/kubernetes",
    "/var/lib/cni",
    "/var/lib/containerd",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/log/containers",
    "/var/log/pods",
}


def lists(repositories: str, more: str = "") -> dict[str, list[str]]:
    script = APT.library + CONTAINERD.leftovers + FLANNEL.leftovers + more + PLACE
    show = 'for name in files data folders; do declare -n list=$name; printf "%s\\n" "$name ${list[*]}"; done\n'
    text = f"{PRELUDE}REPOSITORIES='{repositories}'\n{script}{show}"
    done = subprocess.run(["bash"], input=text, capture_output=True, text=True, check=True)
    return {words[0]: words[1:] for words in map(str.split, done.stdout.splitlines())}


def test_leftovers_of_apt_containerd_and_flannel_are_each_listed_once() -> None:
    found = lists("kubernetes")
    assert sorted(found["files"]) == sorted(FILES)
    assert sorted(found["data"]) == sorted(DATA)
    assert found["folders"] == ["/etc/apt/keyrings", "/etc/bash_completion.d"]


def test_a_runtimes_own_repository_is_listed_too() -> None:
    assert set(lists("kubernetes pier")["files"]) - FILES == {
        "/etc/apt/keyrings/pier-apt-keyring.gpg",
        "/etc/apt/sources.list.d/pier.list",
    }


def test_the_registrys_volume_goes_and_what_others_keep_beside_it_stays() -> None:
    found = lists("kubernetes", registry.LEFTOVERS)
    (volume,) = set(found["data"]) - DATA
    assert volume == "/opt/local-path-provisioner/pvc-*_kubetui-registry_registry"
    # an empty folder at most
    assert "/opt/local-path-provisioner" in found["folders"]
    without, having = (
        Plan(Profile.model_validate({"addons": names})) for names in (["storage"], ["storage", "registry"])
    )
    scripts = [reset(each, each.machines[0]).script for each in (without, having)]
    assert [registry.LEFTOVERS in script for script in scripts] == [False, True]


def test_only_the_registrys_own_volume_is_found(box: Box) -> None:
    mine = box.write("opt/local-path-provisioner/pvc-1_kubetui-registry_registry/docker/layer", "")
    box.write("opt/local-path-provisioner/pvc-2_shop_data/model", "")
    show = "printf '%s\\n' \"${runtime_data[@]}\"\n"
    done = box.run(Command(f"runtime_data=() package_folders=()\n{registry.LEFTOVERS}{show}"))
    assert done.stdout.split() == [str(mine.parent.parent)]


def test_a_lost_mark_is_written_again_and_the_record_stays(box: Box) -> None:
    hosts = {"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}
    made = Plan(Profile.model_validate({"name": "lab", "provider": "hosts", "hosts": [hosts]}), "0" * 8)
    probe, apply = recipe("claim", made)
    box.write("etc/hosts", "# kubetui: the nodes of this cluster\n192.0.2.1 kubmaster\n# kubetui: end\n")
    record = box.write("var/lib/kubetui/before/tables", "as it was\n")
    assert state(box.run(probe)) is WorkState.ABSENT
    assert box.run(apply).returncode == 0
    assert record.read_text() == "as it was\n"
    assert state(box.run(probe)) is WorkState.DONE


@pytest.mark.parametrize("runtime", CATALOGUE.values(), ids=CATALOGUE)
def test_what_a_runtime_changes_is_restored(runtime: Runtime) -> None:
    script = (
        f"{PRELUDE}{runtime.leftovers}declare -p runtime_units runtime_files runtime_data runtime_links runtime_rules\n"
    )
    done = subprocess.run(["bash"], input=script, capture_output=True, text=True, check=True)
    units, files, data, *_ = done.stdout.splitlines()
    assert f'"{runtime.unit}"' in units
    assert f'"{runtime.images}"' in data
    written = {runtime.config_file, *runtime.files({"docker.io": "https://me@mirror.example.org"})}
    restored = re.findall(r'="([^"]+)"', files)
    for path in written:
        assert any(path == each or path.startswith(f"{each}/") for each in restored), path
    if runtime.archive:
        assert f'"{runtime.archive.program}"' in files


@pytest.mark.parametrize(
    ("program", "before", "there", "gone"),
    [
        (False, "root", True, True),
        (False, "docker", True, False),
        (True, "root", True, False),
        (False, "root", False, False),
    ],
    ids=["kubetui's", "there before", "still used", "gone already"],
)
def test_dockers_group_goes_with_its_packages(box: Box, before: str, *, program: bool, there: bool, gone: bool) -> None:
    box.write("before/groups", f"{before}\n")
    for name in ("groupdel", *(["dockerd"] if program else [])):
        box.program(name)
    box.program("getent", "" if there else "exit 2")
    done = box.shell(f"before={box.root}/before\n{DOCKER.leftovers}forget_runtime")
    assert done.returncode == 0, done.stderr
    assert (box.called("groupdel") == ["groupdel docker"]) is gone
