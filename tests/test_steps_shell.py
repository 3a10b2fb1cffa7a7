"""Scripts of the steps, run for real in bash: their paths lead into a temporary folder, and what would change this
host (kubeadm, systemctl, apt ...) is a stand-in that writes down how it was called."""

import re
import socket
import stat
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from kubetui import apt
from kubetui.command import PRELUDE, Command, Late, Secret
from kubetui.credentials import Logins
from kubetui.pipeline import State
from kubetui.plan import Plan
from kubetui.steps import STEPS
from kubetui.steps.workers import CA
from kubetui.unidentify import CLEAN
from tests.plans import plan

PATHS = re.compile(r"(?<![\w.])/(etc|var/lib|run|opt)/")


class Box:
    """A folder that plays a machine."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        for name in ("etc", "run", "tmp", "var/lib"):
            (self.root / name).mkdir(parents=True)
        self.bin.mkdir()
        for name in ("systemctl", "hostnamectl", "swapoff", "sleep", "journalctl"):
            self.program(name)

    def program(self, name: str, body: str = "") -> None:
        """Make a stand-in that notes its call and then does `body`."""
        path = self.bin / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>"$CALLS"\n{body}\n')
        path.chmod(0o755)

    def run(self, command: Command) -> subprocess.CompletedProcess[str]:
        script = PATHS.sub(rf"{self.root}/\1/", command.script)
        text = PRELUDE + command.assignments(reveal=True) + script
        environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "CALLS": str(self.calls),
            "ROOT": str(self.root),
            "TMPDIR": str(self.root / "tmp"),
            "code": "0",
        }
        return subprocess.run(["bash"], input=text, env=environment, capture_output=True, text=True, check=False)

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        return self.run(Command(f"cd {self.root}\n{script}\n"))

    def called(self, program: str) -> list[str]:
        """Return the calls of a program since this was last asked."""
        text = self.calls.read_text() if self.calls.exists() else ""
        self.calls.unlink(missing_ok=True)
        return [line for line in text.splitlines() if line.startswith(program)]

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def recipe(name: str, made: Plan | None = None, machine: int = 0) -> tuple[Command, Command]:
    """Return a step's probe and apply commands."""
    made = made or plan(workers=1)
    found = next(step for step in STEPS if step.name == name).recipe(made, made.machines[machine])
    assert found.probe
    assert found.apply
    return found.probe, found.apply


def state(done: subprocess.CompletedProcess[str]) -> State:
    return State(done.returncode)


# the prelude


def test_put_writes_whole_files_with_their_mode_and_says_so_once(box: Box) -> None:
    script = "put sub/file $'one\\ntwo' 600; put sub/file $'one\\ntwo' 600; put open text"
    done = box.shell(script)
    assert (done.returncode, done.stdout) == (0, "wrote sub/file\nwrote open\n")
    assert (box.root / "sub" / "file").read_text() == "one\ntwo\n"
    assert stat.S_IMODE((box.root / "sub" / "file").stat().st_mode) == 0o600
    assert stat.S_IMODE((box.root / "open").stat().st_mode) == 0o644
    assert [path.name for path in (box.root / "sub").iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("text", "same"), [("a\nb\n", True), ("a\nb", True), ("a\nb \n", False), ("a*", False), ("", False)]
)
def test_same_compares_letter_by_letter(box: Box, text: str, same: bool) -> None:  # noqa: FBT001
    box.write("file", text)
    assert (
        box.run(Command('same "$FILE" "$TEXT"\n', {"FILE": str(box.root / "file"), "TEXT": "a\nb"})).returncode == 0
    ) is same
    assert box.shell("same missing ''").returncode == 1


def test_retry_pauses_longer_each_time_and_gives_up(box: Box) -> None:
    done = box.shell("n=0; often() { n=$((n + 1)); ((n == 3)); }; retry 4 often; say after $n")
    assert done.stdout.splitlines()[-1] == "after 3"
    assert box.called("sleep") == ["sleep 2", "sleep 4"]
    done = box.shell("retry 3 false || say given up")
    assert done.stdout.splitlines()[-1] == "given up"
    assert box.called("sleep") == ["sleep 2", "sleep 4"]


def test_a_failure_is_a_failure_whatever_the_environment_says(box: Box) -> None:
    done = box.shell("fail it broke")
    assert (done.returncode, done.stderr) == (1, "error: it broke\n")


@pytest.mark.parametrize(("word", "code"), [("absent", 10), ("partial", 11), ("foreign", 12)])
def test_answers_of_probes_are_the_states_of_the_pipeline(box: Box, word: str, code: int) -> None:
    done = box.shell(f"{word} why not")
    assert (done.returncode, done.stdout) == (code, "why not\n")
    assert State(code).name.lower() == word


# the system

HOSTS = "127.0.0.1 localhost\n127.0.1.1 kubmaster kubmaster\n# a comment\n::1 localhost\n10.1.1.1 theirs\n"


def test_hosts_are_named_without_losing_others(box: Box) -> None:
    hosts = box.write("etc/hosts", HOSTS)
    box.program("hostname", "echo old")
    probe, apply = recipe("hosts")
    assert state(box.run(probe)) is State.ABSENT
    assert box.run(apply).returncode == 0
    assert box.called("hostnamectl") == ["hostnamectl set-hostname kubmaster"]
    wanted = (
        "127.0.0.1 localhost\n# a comment\n::1 localhost\n10.1.1.1 theirs\n# kubetui: the nodes of this cluster\n"
        "192.168.56.101 kubmaster\n192.168.56.102 kubnode1\n# kubetui: end\n"
    )
    assert hosts.read_text() == wanted
    box.program("hostname", "echo kubmaster")
    assert state(box.run(probe)) is State.DONE
    box.run(apply)
    assert hosts.read_text() == wanted
    # another worker: the block is replaced, not added once more
    probe, apply = recipe("hosts", plan(workers=2))
    assert state(box.run(probe)) is State.ABSENT
    box.run(apply)
    assert hosts.read_text() == wanted.replace("# kubetui: end", "192.168.56.103 kubnode2\n# kubetui: end")


def test_hosts_that_a_power_cut_emptied_are_whole_again(box: Box) -> None:
    hosts = box.write("etc/hosts", HOSTS)
    box.program("hostname", "echo kubmaster")
    probe, apply = recipe("hosts")
    cut = Command(apply.script.replace("printf '%s\\n' \"$text\" >/etc/hosts", ": >/etc/hosts; exit 9"), apply.values)
    assert box.run(cut).returncode == 9
    assert hosts.read_text() == ""
    assert state(box.run(probe)) is State.PARTIAL
    assert box.run(apply).returncode == 0
    assert "10.1.1.1 theirs\n" in hosts.read_text()
    assert state(box.run(probe)) is State.DONE


FSTAB = """# <file system> <mount point> <type>
UUID=1 / ext4 errors=remount-ro 0 1
/swap.img\tnone\tswap\tsw\t0\t0
UUID=2 none swap sw 0 0
# /old none swap sw 0 0
/dev/swapdata /srv/swap ext4 defaults 0 2
"""


def test_swap_lines_are_commented_and_others_stay(box: Box) -> None:
    fstab = box.write("etc/fstab", FSTAB)
    box.program("swapon")
    probe, apply = recipe("swap")
    done = box.run(probe)
    assert (state(done), done.stdout) == (
        State.ABSENT,
        "/etc/fstab turns swap on at the next boot\n".replace("/etc", f"{box.root}/etc"),
    )
    assert box.run(apply).returncode == 0
    changed = FSTAB.replace("/swap.img", "# kubetui: /swap.img").replace("UUID=2", "# kubetui: UUID=2")
    assert fstab.read_text() == changed
    assert state(box.run(probe)) is State.DONE
    box.run(apply)
    assert fstab.read_text() == changed


# packages


@pytest.mark.parametrize(
    ("wanted", "installed", "expected"),
    [
        ("1.36", "hi  1.36.1-1.1", State.DONE),
        ("1.36.1", "hi  1.36.1-1.1", State.DONE),
        ("1.36.1", "hi  1.36.12-1.1", State.PARTIAL),
        ("1.3", "hi  1.36.1-1.1", State.PARTIAL),
        ("1.36", "hi  1.35.9-1.1", State.PARTIAL),
        ("1.36", "ii  1.36.1-1.1", State.PARTIAL),
        ("1.36", "iU  1.36.1-1.1", State.ABSENT),
        ("1.36", "rc  1.36.1-1.1", State.ABSENT),
        ("1.36", "", State.ABSENT),
    ],
)
def test_versions_of_packages_are_compared_by_their_parts(
    box: Box, wanted: str, installed: str, expected: State
) -> None:
    box.program("dpkg-query", f"[[ -z '{installed}' ]] || echo '{installed}'")
    probe, _ = recipe("kubernetes")
    done = box.run(Command(probe.script, {**probe.values, "VERSION": wanted}))
    assert state(done) is expected, done.stdout


def test_a_key_that_is_not_the_expected_one_is_not_trusted(box: Box) -> None:
    made = plan(mirrors={"packages": {"url": "http://m/deb/", "key": "http://m/key", "fingerprint": "A" * 40}})
    box.program("curl", 'while [[ $1 != --output ]]; do shift; done; echo key >"$2"')
    box.program("apt-get")
    box.program("dpkg")
    gpg = (
        "case $* in *--show-keys*) printf 'pub:%s:255:22:1:1:2::-:\\nfpr:::::::::%s:\\n' {validity} {fingerprint} ;; "
        '*) while [[ $1 != --output ]]; do shift; done; echo dearmored >"$2" ;; esac'
    )
    probe, apply = recipe("repository", made)
    for validity, fingerprint, error in (
        ("-", "B" * 40, f"error: the key at http://m/key is {'B' * 40}, and the profile wants {'A' * 40}\n"),
        ("e", "A" * 40, "error: the key at http://m/key has expired, so http://m/deb/ cannot be checked\n"),
    ):
        box.program("gpg", gpg.format(validity=validity, fingerprint=fingerprint))
        done = box.run(apply)
        assert (done.returncode, done.stderr) == (1, error)
        assert not list((box.root / "etc").rglob("*.*"))
        assert not list((box.root / "tmp").iterdir())
    box.program("gpg", gpg.format(validity="-", fingerprint="A" * 40))
    assert state(box.run(probe)) is State.ABSENT
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    keyring = box.root / "etc/apt/keyrings/kubernetes-apt-keyring.gpg"
    assert keyring.read_text() == "dearmored\n"
    assert stat.S_IMODE(keyring.stat().st_mode) == 0o644
    source = (box.root / "etc/apt/sources.list.d/kubernetes.list").read_text()
    assert source == f"deb [signed-by={keyring}] http://m/deb/ /\n"
    assert state(box.run(probe)) is State.DONE


# containers

IMAGES = """case $* in
  version*) echo v1.36.1 ;;
  'config images list'*)
    grep -q 'kubernetesVersion: .*v1.36.1' "${4#--config=}" || exit 1
    for name in kube-apiserver:v1.36.1 kube-proxy:v1.36.1 coredns/coredns:v1.12.0 pause:3.10 etcd:3.6.0-0; do
      echo "registry.k8s.io/$name"
    done ;;
esac"""


@pytest.mark.parametrize(
    ("said", "major"),
    [
        ("containerd containerd.io 1.7.27 05044ec", 1),
        ("containerd github.com/containerd/containerd/v2 v2.1.0 061792f", 2),
    ],
)
def test_containerd_gets_the_format_of_its_version_and_kubeadms_pause_image(box: Box, said: str, major: int) -> None:
    made = plan(mirrors={"registries": {"ghcr.io": "http://10.0.3.1:5000"}})
    box.program("containerd", f"echo '{said}'")
    box.program("kubeadm", IMAGES)
    probe, apply = recipe("containerd", made)
    assert state(box.run(probe)) is State.ABSENT
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    document = tomllib.loads((box.root / "etc/containerd/config.toml").read_text())
    plugins = document["plugins"]
    assert document["version"] == major + 1
    if major == 1:
        assert plugins["io.containerd.grpc.v1.cri"]["sandbox_image"] == "registry.k8s.io/pause:3.10"
    else:
        assert plugins["io.containerd.cri.v1.images"]["pinned_images"]["sandbox"] == "registry.k8s.io/pause:3.10"
    hosts = tomllib.loads((box.root / "etc/containerd/certs.d/ghcr.io/hosts.toml").read_text())
    assert hosts == {"host": {"http://10.0.3.1:5000": {"capabilities": ["pull", "resolve"]}}}
    assert "systemctl restart containerd" in box.called("systemctl")
    assert not list((box.root / "tmp").iterdir())


@pytest.mark.parametrize("body", ["exit 1", "[[ $1 == version ]] && echo v1.36.1", "echo registry.k8s.io/etcd:3"])
def test_without_a_pause_image_nothing_is_configured(box: Box, body: str) -> None:
    box.program("containerd", "echo containerd containerd.io 1.7.27 05044ec")
    box.program("kubeadm", body)
    _, apply = recipe("containerd")
    done = box.run(apply)
    assert done.returncode != 0
    assert "error: kubeadm" in done.stderr
    assert not (box.root / "etc/containerd").exists()


def test_a_containerd_that_no_one_has_seen_is_named(box: Box) -> None:
    box.program("containerd", "echo containerd github.com/containerd/containerd/v3 v3.0.0 0")
    box.program("kubeadm", IMAGES)
    done = box.run(recipe("containerd")[1])
    assert done.returncode == 1
    assert "v3.0.0 0 is not known" in done.stderr


@pytest.mark.parametrize(
    ("machine", "names"),
    [
        (0, ["kube-apiserver", "kube-proxy", "coredns/coredns", "pause", "etcd"]),
        (1, ["kube-proxy", "coredns/coredns", "pause"]),
    ],
)
def test_each_machine_pulls_what_it_will_need(box: Box, machine: int, names: list[str]) -> None:
    box.program("kubeadm", IMAGES)
    box.program("crictl", 'case $1 in inspecti) [[ -e $TMPDIR/${3//\\//_} ]] ;; pull) : >"$TMPDIR/${2//\\//_}" ;; esac')
    probe, apply = recipe("images", machine=machine)
    assert state(box.run(probe)) is State.ABSENT
    box.called("crictl")
    assert box.run(apply).returncode == 0
    pulled = [call.split()[-1] for call in box.called("crictl pull")]
    wanted = {re.sub(r"^registry.k8s.io/|:[^:]+$", "", image) for image in pulled}
    assert wanted == {*names, "ghcr.io/flannel-io/flannel", "ghcr.io/flannel-io/flannel-cni-plugin"}
    assert state(box.run(probe)) is State.DONE
    box.called("crictl")
    assert box.run(apply).returncode == 0
    assert box.called("crictl pull") == []


def test_an_image_that_cannot_be_pulled_is_named_and_the_others_come(box: Box) -> None:
    box.program("kubeadm", IMAGES)
    box.program("crictl", "case $* in *etcd*) exit 1 ;; pull*) ;; *) exit 1 ;; esac")
    done = box.run(recipe("images")[1])
    assert done.returncode == 1
    assert done.stderr == "error: image registry.k8s.io/etcd:3.6.0-0 cannot be pulled from registry.k8s.io\n"
    pulls = box.called("crictl pull")
    assert sum("etcd" in call for call in pulls) == 5
    assert len(pulls) == 5 + 6


def test_of_an_image_that_cannot_be_pulled_the_mirror_is_named_that_was_asked(box: Box) -> None:
    box.program("kubeadm", IMAGES)
    box.program("crictl", "case $* in *flannel:*) exit 1 ;; pull*) ;; *) exit 1 ;; esac")
    done = box.run(recipe("images", plan(mirrors={"registries": {"ghcr.io": "http://me@10.0.3.1:5000"}}))[1])
    assert done.stderr.endswith("flannel:v0.28.9 cannot be pulled from http://10.0.3.1:5000\n")


def test_without_kubeadms_list_no_image_counts_as_there(box: Box) -> None:
    box.program("kubeadm", "exit 1")
    box.program("crictl")
    probe, apply = recipe("images")
    assert box.run(probe).returncode == 1
    assert box.run(apply).returncode == 1
    assert box.called("crictl") == []


# kubeadm init and join

KUBEADM = """case $1 in
  version) echo v1.36.1 ;;
  init | join)
    file=$(sed 's/.*--config=//; s/ .*//' <<<"$*")
    stat -c %a "$file" >"$TMPDIR/mode"
    cp "$file" "$TMPDIR/seen"
    [[ ! -e $TMPDIR/fails ]] || exit 1
    if [[ -e $TMPDIR/remembered ]]; then
      rm "$TMPDIR/remembered"
      echo 'error execution phase: a Node with name "kubnode1" and status "Ready" already exists in the cluster' >&2
      exit 1
    fi
    mkdir -p "$ROOT/etc/kubernetes/pki"
    cat "$TMPDIR/authority" >"$ROOT/etc/kubernetes/pki/ca.crt" 2>/dev/null || true
    : >"$ROOT/etc/kubernetes/admin.conf"
    echo 'server: https://127.0.0.1:PORT' >"$ROOT/etc/kubernetes/kubelet.conf" ;;
  reset) rm -rf "$ROOT/etc/kubernetes" ;;
esac"""
KUBECTL = """case $* in
  *readyz*) echo ok ;;
  *configmap*) printf 'clusterName: lab\\nnetworking:\\n  podSubnet: 10.244.0.0/16\\n' ;;
esac"""


def test_init_runs_once_and_leaves_no_configuration(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    box.program("kubectl", KUBECTL)
    probe, apply = recipe("init")
    assert state(box.run(probe)) is State.ABSENT
    assert box.run(apply).returncode == 0
    assert (box.root / "tmp/mode").read_text() == "600\n"
    assert "kubernetesVersion: 'v1.36.1'" in (box.root / "tmp/seen").read_text()
    assert not list((box.root / "run").iterdir())
    assert state(box.run(probe)) is State.DONE
    box.called("kubeadm")
    assert box.run(apply).returncode == 0
    assert box.called("kubeadm") == []


def test_an_init_that_was_cut_short_is_reset_and_a_failed_one_leaves_no_configuration(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    box.program("kubectl", KUBECTL)
    probe, apply = recipe("init")
    fails = box.write("tmp/fails", "")
    done = box.run(apply)
    assert done.returncode == 1
    assert box.called("journalctl")
    assert not list((box.root / "run").iterdir())
    assert state(box.run(probe)) is State.PARTIAL
    fails.unlink()
    assert box.run(apply).returncode == 0
    assert [call.split()[1] for call in box.called("kubeadm")] == ["reset", "version", "init"]
    assert state(box.run(probe)) is State.DONE


def test_a_control_plane_of_somebody_else_is_foreign(box: Box) -> None:
    box.program("kubectl", KUBECTL)
    box.write("etc/kubernetes/admin.conf", "")
    probe, _ = recipe("init")
    done = box.run(probe)
    assert (state(done), done.stdout) == (State.FOREIGN, "there is a control plane that kubetui did not make\n")
    box.write("var/lib/kubetui/init.begun", "another")
    assert state(box.run(Command(probe.script, {**probe.values, "CLUSTER_ID": "this"}))) is State.FOREIGN
    box.write("var/lib/kubetui/init.begun", "this")
    box.write("var/lib/kubetui/init.done", "")
    same = {**probe.values, "CLUSTER_ID": "this"}
    assert state(box.run(Command(probe.script, same))) is State.DONE
    # up, and down again before it is asked
    box.program("kubectl", "case $* in *readyz*) echo ok ;; *) exit 1 ;; esac")
    assert state(box.run(Command(probe.script, same))) is State.PARTIAL
    box.program("kubectl", KUBECTL)
    for values in ({"POD_CIDR": "10.10.0.0/16"}, {"CLUSTER_NAME": "la"}):
        assert state(box.run(Command(probe.script, {**same, **values}))) is State.FOREIGN


def test_a_worker_joins_with_a_ticket_that_is_gone_afterwards(box: Box) -> None:
    box.program("kubectl")
    probe, apply = recipe("join", machine=1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        box.program("kubeadm", KUBEADM.replace("PORT", str(port)))
        ticket: dict[str, str | Secret | Late] = {
            "JOIN_TOKEN": Secret("abcdef.0123456789abcdef"),
            "CA_HASH": "sha256:00",
            "AUTHORITY": authority(box, "this"),
            "ENDPOINT": f"127.0.0.1:{port}",
        }
        values: dict[str, str | Secret | Late] = {**apply.values, **ticket}
        fails = box.write("tmp/fails", "")
        for _ in range(2):
            assert box.run(Command(apply.script, values)).returncode == 1
            assert not list((box.root / "run").iterdir())
            assert state(box.run(Command(probe.script, values))) is State.PARTIAL
        fails.unlink()
        done = box.run(Command(apply.script, values))
        assert done.returncode == 0, done.stderr
        assert "resetting" in done.stdout
    seen = (box.root / "tmp/seen").read_text()
    assert "token: 'abcdef.0123456789abcdef'" in seen
    assert "- 'sha256:00'" in seen
    assert "@" not in seen
    assert (box.root / "tmp/mode").read_text() == "600\n"
    assert not any("abcdef" in call for call in box.called("kubeadm"))
    assert not list((box.root / "run").iterdir())
    assert state(box.run(Command(probe.script, values))) is State.DONE


def authority(box: Box, name: str) -> str:
    """Give the cluster that is joined next a certificate, and return its fingerprint as the step takes it."""
    box.write("tmp/authority", f"# {name}\n-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----\n")
    path = box.root / "tmp/authority"
    return box.run(Command(CA.replace("/etc/kubernetes/pki/ca.crt", str(path)) + "ca\n")).stdout.strip()


def test_a_worker_whose_control_plane_was_made_anew_joins_again(box: Box) -> None:
    box.program("kubectl")
    box.program("ip")
    box.write("var/lib/cni/networks/cbr0/10.244.1.2", "")
    probe, apply = recipe("join", machine=1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        box.program("kubeadm", KUBEADM.replace("PORT", str(port)))
        values: dict[str, str | Secret | Late] = {**apply.values, "JOIN_TOKEN": "t", "CA_HASH": "h"}
        values |= {"ENDPOINT": f"127.0.0.1:{port}", "AUTHORITY": authority(box, "first")}
        look = Command(probe.script, values)
        assert box.run(Command(apply.script, values)).returncode == 0
        assert state(box.run(look)) is State.DONE
        box.called("kubeadm")
        assert box.run(Command(apply.script, values)).returncode == 0
        assert box.called("kubeadm") == []
        first, values["AUTHORITY"] = values["AUTHORITY"], authority(box, "second")
        assert first != values["AUTHORITY"]
        assert box.run(Command(apply.script, values)).returncode == 0
    assert [call.split()[1] for call in box.called("kubeadm")] == ["reset", "join"]
    assert not (box.root / "var/lib/cni").exists()
    assert state(box.run(look)) is State.DONE


def test_a_pod_network_counts_as_installed_only_once_it_is_applied(box: Box) -> None:
    box.program("kubectl", "[[ $1 != apply || ! -e $TMPDIR/down ]]")
    probe, apply = recipe("network")
    down = box.write("tmp/down", "")
    assert box.run(apply).returncode == 1
    assert state(box.run(probe)) is State.ABSENT
    down.unlink()
    assert box.run(apply).returncode == 0
    assert state(box.run(probe)) is State.DONE
    changed = Command(apply.script, {**apply.values, "MANIFEST": "another"})
    look = Command(probe.script, changed.values)
    box.write("tmp/down", "")
    assert box.run(changed).returncode == 1
    assert state(box.run(look)) is State.ABSENT


@pytest.mark.parametrize("begun", [True, False])
def test_a_node_that_the_cluster_has_not_missed_yet_is_waited_for_after_a_join_cut_short(
    box: Box, *, begun: bool
) -> None:
    box.program("kubeadm", KUBEADM)
    _, apply = recipe("join", machine=1)
    (box.root / "tmp" / "remembered").touch()
    values: dict[str, str | Secret | Late] = {**apply.values, "JOIN_TOKEN": "t", "CA_HASH": "h", "AUTHORITY": "a"}
    if begun:
        box.write("var/lib/kubetui/join.begun", str(values["CLUSTER_ID"]))
    with socket.create_server(("127.0.0.1", 0)) as server:
        values["ENDPOINT"] = f"127.0.0.1:{server.getsockname()[1]}"
        done = box.run(Command(apply.script, values))
    assert done.returncode == (0 if begun else 1)
    asked = [call.split()[1] for call in box.called("kubeadm")]
    assert asked == (["reset", "join", "reset", "join"] if begun else ["join"])
    assert (box.root / "var/lib/kubetui/join.done").exists() is begun


def test_a_control_plane_out_of_reach_is_said_before_anything_is_changed(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    _, apply = recipe("join", machine=1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"127.0.0.1:{server.getsockname()[1]}"
    ticket = {"JOIN_TOKEN": "t", "CA_HASH": "h", "AUTHORITY": "a", "ENDPOINT": endpoint}
    values: dict[str, str | Secret | Late] = {**apply.values, **ticket}
    done = box.run(Command(apply.script, values))
    assert done.returncode == 1
    told, _, hop = done.stderr.partition(" from here: ")
    assert told == f"error: the control plane cannot be reached at {endpoint}"
    assert hop.startswith(("nothing answers there; the way is local 127.0.0.1 dev lo", "its SSH answers"))
    assert box.called("kubeadm") == []
    assert not list((box.root / "var/lib").iterdir())


def test_no_room_is_said_before_anything_is_begun(box: Box) -> None:
    box.program("df", "echo Avail; echo 12")
    done = box.shell("room /var/lib/not/there 300\necho reached")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {box.root}/var/lib/not/there has 12 MiB free, and this step needs 300\n"
    assert box.called("df") == [f"df --output=avail --block-size=1M {box.root}/var/lib/"]
    assert box.shell("room /var/lib/not/there 12").returncode == 0


HOLD = """
import fcntl, sys
with open(sys.argv[1], "w") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


def test_who_has_apts_lists_is_waited_for(box: Box) -> None:
    """apt itself waits for dpkg's locks alone."""
    lock = box.write("var/lib/apt/lists/lock", "")
    box.program("apt-get")
    box.program("dpkg")
    words = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        # the second look finds it free
        box.program("sleep", f"kill {holder.pid}; while [[ -e /proc/{holder.pid}/fd/3 ]]; do :; done")
        done = box.run(Command(apt.SHELL + "apt update\n"))
        assert done.stdout == f"waiting: {lock} is held by process {holder.pid}\n"
    assert [call.split()[-1] for call in box.called("apt-get")] == ["update"]


# passwords

LOGIN = Logins({"proxy": Secret("c4n@ry"), "mirror": Secret("c4n@ry")})
PROXIED = replace(
    plan(
        mirrors={
            "http_proxy": "http://me@proxy:3128",
            "registries": {"ghcr.io": "https://me@mirror/x", "quay.io": "http://10.0.3.1:5000"},
            "packages": {"url": "http://me@mirror/deb/", "key": "http://me@mirror/key"},
        },
    ),
    logins=LOGIN,
)


def modes(box: Box) -> dict[str, int]:
    """Return the modes of the files that hold the password in any form."""
    files = [path for path in (box.root / "etc").rglob("*") if path.is_file()]
    held = (path for path in files if any(word in path.read_text() for word in ("c4n", "bWU6YzRuQHJ5")))
    return {str(path.relative_to(box.root)): stat.S_IMODE(path.stat().st_mode) for path in held}


def test_the_key_is_fetched_through_the_proxy_and_no_command_line_has_a_password(box: Box) -> None:
    box.program("curl", f'cat >{box.root}/config; while [[ $1 != --output ]]; do shift; done; echo key >"$2"')
    box.program("gpg", 'while (($#)) && [[ $1 != --output ]]; do shift; done; [[ -z ${2-} ]] || echo k >"$2"')
    box.program("apt-get")
    box.program("dpkg")
    done = box.run(recipe("repository", PROXIED)[1])
    assert done.returncode == 0, done.stderr
    assert (box.root / "config").read_text().splitlines() == [
        'url = "http://me:c4n%40ry@mirror/key"',
        'proxy = "http://me:c4n%40ry@proxy:3128"',
        'noproxy = "localhost,127.0.0.1"',
    ]
    assert "c4n" not in box.calls.read_text()
    assert modes(box) == {"etc/apt/sources.list.d/kubernetes.list": 0o600}


def test_a_service_gets_the_proxy_from_a_file_of_roots(box: Box) -> None:
    box.program("containerd", "echo containerd github.com/containerd/containerd/v2 v2.1.0 061792f")
    box.program("kubeadm", "case $* in *list*) echo registry.k8s.io/pause:3.10 ;; *) echo v1.36.1 ;; esac")
    probe, apply = recipe("containerd", PROXIED)
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    folder = box.root / "etc/systemd/system/containerd.service.d"
    unit = (folder / "20-kubetui-proxy.conf").read_text()
    assert unit == f"[Service]\nEnvironmentFile=-{folder}/20-kubetui-proxy.env\n"
    assert modes(box) == {
        "etc/systemd/system/containerd.service.d/20-kubetui-proxy.env": 0o600,
        "etc/containerd/certs.d/ghcr.io/hosts.toml": 0o600,
    }
    assert stat.S_IMODE((box.root / "etc/containerd/certs.d/quay.io/hosts.toml").stat().st_mode) == 0o644
    hosts = tomllib.loads((box.root / "etc/containerd/certs.d/ghcr.io/hosts.toml").read_text())
    assert hosts["host"]["https://mirror/x"]["header"] == {"Authorization": "Basic bWU6YzRuQHJ5"}
    assert "c4n" not in box.calls.read_text()
    changed = replace(PROXIED, logins=Logins({"proxy": Secret("newer"), "mirror": Secret("c4n@ry")}))
    assert state(box.run(recipe("containerd", changed)[0])) is State.ABSENT
    assert "containerd does not know the proxy" in box.run(recipe("containerd", changed)[0]).stdout
    assert "proxy" not in box.run(probe).stdout


def test_the_kubelet_gets_the_proxy_and_is_started_anew_with_it(box: Box) -> None:
    for name in ("apt-get", "apt-mark", "dpkg", "dpkg-query"):
        box.program(name)
    _, apply = recipe("kubernetes", PROXIED)
    for restarted in (True, False):
        done = box.run(apply)
        assert done.returncode == 0, done.stderr
        assert ("systemctl try-restart kubelet" in box.called("systemctl")) is restarted
    assert modes(box) == {"etc/systemd/system/kubelet.service.d/20-kubetui-proxy.env": 0o600}


def test_a_prepared_box_keeps_no_password(box: Box) -> None:
    for name in ("curl", "apt-get", "apt-mark", "dpkg", "dpkg-query"):
        box.program(name)
    kept = box.write("etc/containerd/certs.d/quay.io/hosts.toml", "plain")
    gone = [
        box.write(path, "c4n@ry")
        for path in (
            "etc/apt/apt.conf.d/95kubetui",
            "etc/containerd/certs.d/ghcr.io/hosts.toml",
            "etc/systemd/system/kubelet.service.d/20-kubetui-proxy.env",
        )
    ]
    for path in gone:
        path.chmod(0o600)
    line = CLEAN[CLEAN.index("find /etc/apt/apt.conf.d") : CLEAN.index("rm -f /root/.bash_history")]
    done = box.run(Command(line))
    assert done.returncode == 0, done.stderr
    assert kept.exists()
    assert not any(path.exists() for path in gone)
