"""containerd's configuration on a machine, and the images that each machine pulls."""

import re
import tomllib

import pytest

from kubetui.engine.step import WorkState
from tests.plans import plan
from tests.steps.box import IMAGES, Box, recipe, state


@pytest.mark.parametrize(
    ("said", "version", "cni"),
    [
        ("containerd containerd.io 1.7.27 05044ec", 2, {"bin_dir": "/opt/cni/bin"}),
        ("containerd github.com/containerd/containerd/v2 v2.0.5 fb4c30d", 3, {"bin_dir": "/opt/cni/bin"}),
        ("containerd github.com/containerd/containerd/v2 2.1.0 061792f", 3, {"bin_dirs": ["/opt/cni/bin"]}),
        ("containerd containerd.io v2.10.2 061792f", 3, {"bin_dirs": ["/opt/cni/bin"]}),
    ],
)
def test_containerd_gets_the_format_of_its_version_and_kubeadms_pause_image(
    box: Box, said: str, version: int, cni: dict[str, object]
) -> None:
    made = plan(mirrors={"registries": {"ghcr.io": "http://10.0.3.1:5000"}})
    box.program("containerd", f"echo '{said}'")
    box.program("kubeadm", IMAGES)
    probe, apply = recipe("runtime-config", made)
    assert state(box.run(probe)) is WorkState.ABSENT
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    document = tomllib.loads((box.root / "etc/containerd/config.toml").read_text())
    plugins = document["plugins"]
    assert document["version"] == version
    if version == 2:
        assert plugins["io.containerd.grpc.v1.cri"]["sandbox_image"] == "registry.k8s.io/pause:3.10"
        assert plugins["io.containerd.grpc.v1.cri"]["cni"] == cni
    else:
        assert plugins["io.containerd.cri.v1.images"]["pinned_images"]["sandbox"] == "registry.k8s.io/pause:3.10"
        assert plugins["io.containerd.cri.v1.runtime"]["cni"] == cni
    hosts = tomllib.loads((box.root / "etc/containerd/certs.d/ghcr.io/hosts.toml").read_text())
    assert hosts == {"host": {"http://10.0.3.1:5000": {"capabilities": ["pull", "resolve"]}}}
    assert "systemctl restart containerd" in box.called("systemctl")
    assert not list((box.root / "tmp").iterdir())


CRI = '[plugins."io.containerd.grpc.v1.cri"]\n  max_container_log_line_size = 1\n'
WHOLE = 'bin_dir = "ROOT/opt/cni/bin"\nSystemdCgroup = true\n'


@pytest.mark.parametrize(
    ("release", "drop_in", "dump", "works"),
    [
        ("1.7.24", CRI, "SystemdCgroup = false\n", False),
        ("1.7.24", CRI, WHOLE.replace("opt/cni/bin", "usr/lib/cni"), False),
        ("1.7.24", CRI, WHOLE, True),
        ("1.7.24", "[debug]\n", "SystemdCgroup = false\n", True),
        ("2.4.2", CRI, "SystemdCgroup = false\n", True),
    ],
    ids=["replaced", "replaced in part", "repeated", "another plugin's", "2.x merges"],
)
def test_a_drop_in_that_replaces_the_cri_plugins_settings_is_named(
    box: Box, release: str, drop_in: str, dump: str, *, works: bool
) -> None:
    file = box.write("etc/containerd/conf.d/owner.toml", drop_in)
    dump = dump.replace("ROOT", str(box.root))
    box.program("containerd", f"[[ $1 == config ]] && printf '{dump}' || echo containerd containerd.io {release} 0")
    box.program("kubeadm", IMAGES)
    done = box.run(recipe("runtime-config")[1])
    assert (done.returncode == 0) is works, done.stderr
    if not works:
        assert done.stderr.startswith(f"error: {file} replaces all settings of the CRI plugin")
        assert box.called("systemctl restart") == []
    assert file.read_text() == drop_in


def test_a_containerd_that_does_not_start_says_why(box: Box) -> None:
    box.program("containerd", "echo containerd containerd.io v2.4.2 05044ec")
    box.program("kubeadm", IMAGES)
    box.program("systemctl", "[[ $1 != restart ]]")
    box.program("journalctl", "echo containerd: bin_dir and bin_dirs are both set")
    done = box.run(recipe("runtime-config")[1])
    assert done.returncode == 1
    assert "containerd: bin_dir and bin_dirs are both set" in done.stdout
    assert "error: containerd does not start with" in done.stderr


@pytest.mark.parametrize("body", ["exit 1", "[[ $1 == version ]] && echo v1.36.1", "echo registry.k8s.io/etcd:3"])
def test_containerd_is_not_configured_without_a_pause_image(box: Box, body: str) -> None:
    box.program("containerd", "echo containerd containerd.io 1.7.27 05044ec")
    box.program("kubeadm", body)
    _, apply = recipe("runtime-config")
    done = box.run(apply)
    assert done.returncode != 0
    assert "error: kubeadm" in done.stderr
    assert not (box.root / "etc/containerd").exists()


def test_an_unknown_containerd_version_is_reported(box: Box) -> None:
    box.program("containerd", "echo containerd github.com/containerd/containerd/v3 v3.0.0 0")
    box.program("kubeadm", IMAGES)
    done = box.run(recipe("runtime-config")[1])
    assert done.returncode == 1
    assert "v3.0.0 0 is not known" in done.stderr


@pytest.mark.parametrize(
    ("machine", "names"),
    [
        (0, ["kube-apiserver", "kube-proxy", "coredns/coredns", "pause", "etcd"]),
        (1, ["kube-proxy", "coredns/coredns", "pause"]),
    ],
)
def test_each_machine_pulls_only_the_images_of_its_role(box: Box, machine: int, names: list[str]) -> None:
    box.program("kubeadm", IMAGES)
    box.program("crictl", 'case $1 in inspecti) [[ -e $TMPDIR/${3//\\//_} ]] ;; pull) : >"$TMPDIR/${2//\\//_}" ;; esac')
    probe, apply = recipe("images", machine=machine)
    assert state(box.run(probe)) is WorkState.ABSENT
    box.called("crictl")
    assert box.run(apply).returncode == 0
    pulled = [call.split()[-1] for call in box.called("crictl pull")]
    wanted = {re.sub(r"^registry.k8s.io/|:[^:]+$", "", image) for image in pulled}
    assert wanted == {*names, "ghcr.io/flannel-io/flannel", "ghcr.io/flannel-io/flannel-cni-plugin"}
    assert state(box.run(probe)) is WorkState.DONE
    box.called("crictl")
    assert box.run(apply).returncode == 0
    assert box.called("crictl pull") == []


def test_a_failed_pull_names_the_image_and_the_others_are_pulled(box: Box) -> None:
    box.program("kubeadm", IMAGES)
    box.program("crictl", "case $* in *etcd*) exit 1 ;; pull*) ;; *) exit 1 ;; esac")
    done = box.run(recipe("images")[1])
    assert done.returncode == 1
    assert done.stderr == "error: image registry.k8s.io/etcd:3.6.0-0 cannot be pulled from registry.k8s.io\n"
    pulls = box.called("crictl pull")
    assert sum("etcd" in call for call in pulls) == 5
    assert len(pulls) == 5 + 6


def test_a_failed_pull_names_the_mirror_without_its_user(box: Box) -> None:
    box.program("kubeadm", IMAGES)
    box.program("crictl", "case $* in *flannel:*) exit 1 ;; pull*) ;; *) exit 1 ;; esac")
    done = box.run(recipe("images", plan(mirrors={"registries": {"ghcr.io": "http://me@10.0.3.1:5000"}}))[1])
    assert done.stderr.endswith("flannel:v0.28.9 cannot be pulled from http://10.0.3.1:5000\n")


def test_without_kubeadms_list_images_count_as_missing(box: Box) -> None:
    box.program("kubeadm", "exit 1")
    box.program("crictl")
    probe, apply = recipe("images")
    assert box.run(probe).returncode == 1
    assert box.run(apply).returncode == 1
    assert box.called("crictl") == []
