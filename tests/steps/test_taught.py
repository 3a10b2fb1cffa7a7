"""What a step teaches is what its script calls: compared in a real bash, with stand-ins for every program."""

import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from kubetui.base.redaction import Secret
from kubetui.base.scripts import typed
from kubetui.machines.vagrant.commandline import up_arguments
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command, Value
from kubetui.software.packages.dnf import EXCLUDED
from kubetui.software.runtimes.docker import CRI_DOCKERD
from kubetui.steps.build import STEPS
from tests.plans import FULL, MIRRORS, plan
from tests.steps.box import KUBEADM, KUBECTL, Box
from tests.taught import differences

IMAGES = """case $* in
  version*) echo v1.36.1 ;;
  'config images list'*)
    place=registry.k8s.io dns=coredns/coredns
    if grep -q 10.0.3.1 "${4#--config=}"; then place=10.0.3.1:5000 dns=coredns; fi
    if grep -q ^dns: "${4#--config=}"; then dns=coredns/coredns; fi
    for name in kube-apiserver:v1.36.1 kube-controller-manager:v1.36.1 kube-scheduler:v1.36.1 kube-proxy:v1.36.1 \\
      $dns:v1.12.0 pause:3.10 etcd:3.6.0-0; do
      echo "$place/$name"
    done ;;
"""
TAINTED = "'has kubnode1 taint dedicated=training:NoSchedule'; echo 'has kubnode2 taint dedicated=training:NoSchedule'"
"""What kubectl says of the nodes of `FULL`, which have their taints from kubeadm."""
DOCKER = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
DOCKER_RPM = "060A61C51B558A7F742B77AAC52FEB6B621E9F35"
FETCH = 'while [[ $1 != --output ]]; do shift; done; echo key >"$2"'
GPG = f"""case $* in
  *--show-keys*containerd* | *--show-keys*docker*) printf 'pub:-:255:22:1:1:2::-:\\nfpr:::::::::{DOCKER}:\\n' ;;
  *--show-keys*) printf 'pub:-:255:22:1:1:2::-:\\nfpr:::::::::{"A" * 40}:\\n' ;;
  *) {FETCH} ;;
esac"""
OTHER_VALUES: dict[str, Value] = {
    "JOIN_TOKEN": Secret("abcdef.0123456789abcdef"),
    "CA_HASH": "sha256:00",
    "AUTHORITY": "x",
    "CERTIFICATE_KEY": "k",
}
ELSEWHERE = {"start", "connect", "facts", "clock", "claim", "check", "proof"}
"""Steps whose commands are Vagrant's, are read by kubetui, or do not exist."""
PLANS = {
    "plain": plan("1.36", workers=1),
    "exact": plan("1.36.1", workers=1, kubernetes={"runtime_packages": "upstream"}),
    "mirrors": replace(FULL),
    "rpm": plan("1.36", workers=1, machines={"packages": "dnf"}),
    "rpm, open": plan("1.36.1", workers=1, machines={"packages": "dnf", "firewall": "open", "selinux": "enforcing"}),
    "patched": plan(
        "1.36", workers=1, kubernetes={"patches": [{"kind": "KubeletConfiguration", "failCgroupV1": False}]}
    ),
    "docker": plan(
        "1.36",
        workers=1,
        kubernetes={"runtime": "docker", "runtime_packages": "upstream"},
        mirrors={"registries": {"registry.k8s.io": "http://10.0.3.1:5000"}, "http_proxy": "http://proxy:3128"},
    ),
    "cri-o": plan("1.36", workers=1, kubernetes={"runtime": "cri-o"}, mirrors=MIRRORS),
    "cri-o with a password": plan(
        kubernetes={"runtime": "cri-o"},
        mirrors={
            "registries": {"ghcr.io": "https://me@mirror"},
            "crio": {"url": "http://me@mirror/deb/", "key": "http://me@mirror/key"},
        },
    ),
    "user": plan(
        mirrors={
            **MIRRORS,
            "http_proxy": "http://me@proxy:3128",
            "registries": {"ghcr.io": "https://me@mirror/x"},
            "packages": {"url": "http://me@mirror/deb/", "key": "http://me@mirror/key"},
        }
    ),
}


@pytest.fixture
def box() -> Iterator[Box]:
    """Return a machine whose path is short, because files that become long with it are not shown."""
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        yield Box(Path(folder))


@pytest.fixture
def machine(box: Box) -> Box:
    """Return a machine with stand-ins for everything that a step calls."""
    for name in ("apt-get", "apt-mark", "dpkg", "dpkg-query", "modprobe", "sysctl", "swapon", "install", "ip", "id"):
        box.program(name)
    box.program("id", "echo vagrant")
    box.program("apt-cache", "[[ $2 != containerd ]] || echo '  Candidate: 2.1.0'")
    box.program("getent", "echo vagrant:x:1000:1000::/home/vagrant:/bin/bash")
    box.program("curl", f"[[ $* != *--config* ]] || cat >/dev/null; {FETCH}")
    box.program("gpg", GPG)
    box.program("sha256sum", f"echo {CRI_DOCKERD.sha256['amd64']}")
    box.program("tar")
    box.program("uname", "echo x86_64")
    box.program("hostname", "echo kubmaster")
    box.program("containerd", "echo containerd github.com/containerd/containerd/v2 v2.1.0 061792f")
    box.program("crictl", "[[ $1 != inspecti ]]")
    box.program("kubeadm", IMAGES + KUBEADM.partition("\n")[2])
    box.program("kubectl", KUBECTL.replace("esac", f"completion*) echo complete ;; *template*) echo {TAINTED} ;; esac"))
    box.write("etc/os-release", "ID=debian\nVERSION_CODENAME=trixie\nPRETTY_NAME='Debian 13'\n")
    box.write("etc/hosts", "127.0.0.1 localhost\n")
    box.write("etc/fstab", "/swap.img none swap sw 0 0\n")
    (box.root / "opt").mkdir()
    return box


def cases() -> Iterator[ParameterSet]:
    for name, made in PLANS.items():
        for step in STEPS:
            places = [each for each in made.machines if step.runs_on(each, made)]
            for each in {each.role: each for each in reversed(places)}.values():
                if step.name not in ELSEWHERE:
                    yield pytest.param(made, step.name, each, id=f"{name}-{step.name}-{each.name}")


def redhat(machine: Box, mode: str) -> None:
    """Make the machine one of the Red Hat family, with SELinux in another mode than is wanted."""
    machine.write("etc/os-release", "ID=rocky\nID_LIKE='rhel fedora'\nVERSION_ID=9.6\nPRETTY_NAME='Rocky Linux 9.6'\n")
    machine.write("run/kubetui-dnf", "")
    machine.write("etc/dnf/dnf.conf", "[main]\n")
    machine.write("etc/selinux/config", f"SELINUX={mode.lower()}\n")
    for name in ("dnf", "setenforce", "firewall-cmd", "modinfo"):
        machine.program(name)
    machine.program("rpm", "[[ $* == *--all* ]]")
    machine.write("etc/yum.repos.d/other.repo", f"[other]\nexclude={EXCLUDED}\n")
    machine.program("cp", 'command -p cp "$1" "$TMPDIR/key"')
    machine.program("chmod")
    machine.program("getenforce", f"echo {mode}")
    machine.program("gpg", GPG.replace(DOCKER, DOCKER_RPM))
    machine.program("systemctl", "[[ $* != *nm-cloud-setup* ]]")


@pytest.mark.parametrize(("made", "name", "where"), cases())
def test_a_step_calls_what_it_teaches(machine: Box, made: Plan, name: str, where: Machine) -> None:
    step = next(each for each in STEPS if each.name == name)
    command = step.recipe(made, where).apply
    assert command
    if where.packages == "dnf":
        redhat(machine, "Permissive" if made.profile.machines.selinux == "enforcing" else "Enforcing")
    with socket.create_server(("127.0.0.1", 0)) as server:
        values: dict[str, Value] = {
            **command.values,
            **OTHER_VALUES,
            "NAME": "kubmaster" if name == "hosts" else where.name,
        }
        values["ENDPOINT"] = f"127.0.0.1:{server.getsockname()[1]}"
        values["NEW"] = "\n".join(each.name for each in made.machines)
        if name != "base":
            machine.write("run/kubetui-apt", "")
        else:
            (machine.root / "run/kubetui-dnf").unlink(missing_ok=True)
        done = machine.run(Command(command.script, values))
    assert done.returncode == 0, done.stderr
    here = [text for text in step.teaches.commands(made, where) if " # on " not in text]
    called = machine.told()
    assert differences(here, called) == []
    assert here
    if name != "images":
        assert len(called) == len(here)


def test_vagrant_is_called_as_taught() -> None:
    start, made = STEPS[0], plan()
    for machine in made.machines:
        arguments = up_arguments(machine.name, made.provider.name)
        assert start.teaches.commands(made, machine) == (typed("vagrant", *arguments),)


def test_every_step_teaches_a_concept_and_has_commands_or_says_that_it_has_none() -> None:
    for made in PLANS.values():
        for step in STEPS:
            assert step.teaches.concepts, step.name
            for machine in (each for each in made.machines if step.runs_on(each, made)):
                commands, changes = step.teaches.commands(made, machine), step.teaches.changes(made, machine)
                assert bool(commands) or step.teaches.none.endswith("."), step.name
                assert not commands or changes, step.name
                assert all(line and "\n" not in line for line in (*commands, *changes)), step.name


def test_a_rehearsal_starts_no_machine_and_does_not_say_that_it_makes_one() -> None:
    start = next(step for step in STEPS if step.name == "start")
    real, rehearsed = plan("1.36"), Plan(Profile(name="lab", provider="rehearsal"))
    assert start.teaches.changes(real, real.machines[0])[0].startswith("machine ")
    assert start.teaches.commands(real, real.machines[0])
    assert start.teaches.changes(rehearsed, rehearsed.machines[0]) == ()
    assert start.teaches.commands(rehearsed, rehearsed.machines[0]) == ()
