"""A stand-in for a machine of the Red Hat family: SELinux, firewalld, NetworkManager, zram, and missing modules."""

from __future__ import annotations

from typing import Any

import pytest

from kubetui.engine.step import WorkState
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.software.packages.dnf import DNF
from tests.plans import plan
from tests.steps.box import Box, recipe, state

GETENFORCE = 'cat "$ROOT/run/mode"'
SETENFORCE = """case $1 in 0) echo Permissive ;; 1) echo Enforcing ;; esac >"$ROOT/run/mode\""""
SYSTEMCTL = """
name=${!#}
case $1 in
  is-active) [[ -e $ROOT/run/active/$name ]] ;;
  is-enabled) [[ -e $ROOT/run/enabled/$name ]] ;;
  disable) rm -f "$ROOT/run/active/$name" "$ROOT/run/enabled/$name" ;;
esac
"""
FIREWALL_CMD = """
now=$ROOT/run/firewall later=$ROOT/run/firewall-permanent
place=$now words=()
for word; do case $word in --permanent) place=$later ;; --quiet) ;; *) words+=("$word") ;; esac; done
if [[ ${words[*]} == --reload ]]; then cp "$later" "$now"; exit; fi
for word in "${words[@]}"; do
  case $word in
    --zone=*) ;;
    --query-*) grep -qxF -- "--add-${word#--query-}" "$place" || exit 1 ;;
    --add-*) echo "$word" >>"$place" ;;
    *) exit 2 ;;
  esac
done
"""


def of(**machines: Any) -> Plan:
    return plan(workers=1, machines={"packages": "dnf", **machines})


@pytest.fixture
def machine(box: Box) -> Box:
    """Return a fresh machine: SELinux enforces, firewalld and NetworkManager run."""
    box.write("run/mode", "Enforcing\n")
    box.write("etc/selinux/config", "# SELINUX= can take three values\nSELINUX=enforcing\nSELINUXTYPE=targeted\n")
    for name in ("firewalld", "NetworkManager"):
        box.write(f"run/active/{name}", "")
        box.write(f"run/enabled/{name}", "")
    for name in ("firewall", "firewall-permanent"):
        box.write(f"run/{name}", "")
    programs = {"getenforce": GETENFORCE, "setenforce": SETENFORCE}
    for name, body in {**programs, "systemctl": SYSTEMCTL, "firewall-cmd": FIREWALL_CMD}.items():
        box.program(name, body)
    return box


def applied(machine: Box, name: str, made: Plan, which: int = 0) -> None:
    """Check that a step finds its work undone, does it, and finds it done."""
    probe, apply = recipe(name, made, which)
    assert state(machine.run(probe)) is WorkState.ABSENT
    done = machine.run(apply)
    assert done.returncode == 0, done.stderr
    done = machine.run(probe)
    assert state(done) is WorkState.DONE, done.stdout


def test_selinux_becomes_permissive_now_and_after_a_boot(machine: Box) -> None:
    applied(machine, "selinux", of())
    assert (machine.root / "run/mode").read_text() == "Permissive\n"
    lines = (machine.root / "etc/selinux/config").read_text().splitlines()
    assert lines == ["# SELINUX= can take three values", "SELINUX=permissive", "SELINUXTYPE=targeted"]
    machine.shell("sed -i s/permissive/enforcing/ etc/selinux/config")
    assert state(machine.run(recipe("selinux", of())[0])) is WorkState.ABSENT


def test_selinux_that_enforces_is_left_so_where_the_profile_says_it(machine: Box) -> None:
    probe, _ = recipe("selinux", of(selinux="enforcing"))
    assert state(machine.run(probe)) is WorkState.DONE
    machine.write("run/mode", "Permissive\n")
    applied(machine, "selinux", of(selinux="enforcing"))


def test_selinux_that_is_off_stays_off_and_cannot_enforce(machine: Box) -> None:
    machine.write("run/mode", "Disabled\n")
    assert state(machine.run(recipe("selinux", of())[0])) is WorkState.DONE
    probe, apply = recipe("selinux", of(selinux="enforcing"))
    assert state(machine.run(probe)) is WorkState.ABSENT
    done = machine.run(apply)
    assert done.returncode == 1
    assert "SELinux is off here" in done.stderr
    machine.program("getenforce", "exit 127")
    assert state(machine.run(recipe("selinux", of())[0])) is WorkState.DONE


def test_containerd_labels_containers_only_where_selinux_enforces() -> None:
    enforcing, _ = recipe("runtime-config", of(selinux="enforcing"))
    permissive, _ = recipe("runtime-config", of())
    for name in ("CONFIG_1", "CONFIG_2_0", "CONFIG_2"):
        assert str(enforcing.values[name]).count("  enable_selinux = true\n") == 1, name
        assert "enable_selinux" not in str(permissive.values[name])
    debian, _ = recipe("runtime-config", plan(machines={"selinux": "enforcing"}))
    assert debian.values["CONFIG_2"] == permissive.values["CONFIG_2"]


def test_firewalld_is_turned_off_and_networkmanager_leaves_the_pod_network_alone(machine: Box) -> None:
    applied(machine, "firewall", of())
    assert "systemctl disable --now firewalld" in machine.called("systemctl")
    text = (machine.root / "etc/NetworkManager/conf.d/90-kubetui.conf").read_text()
    assert text == ("[keyfile]\nunmanaged-devices=interface-name:cni0;interface-name:flannel*;interface-name:veth*\n")


def test_firewalld_is_opened_for_a_control_plane_and_for_a_worker(machine: Box) -> None:
    applied(machine, "firewall", of(firewall="open"))
    opened = (machine.root / "run/firewall").read_text().split()
    for each in ("port=6443/tcp", "port=2379-2380/tcp", "port=10250/tcp", "port=8472/udp", "masquerade"):
        assert f"--add-{each}" in opened, each
    assert "--add-source=10.244.0.0/16" in opened
    assert "--add-source=10.96.0.0/12" in opened
    machine.write("run/firewall", "")
    assert state(machine.run(recipe("firewall", of(firewall="open"))[0])) is WorkState.ABSENT
    worker = recipe("firewall", of(firewall="open"), 1)[1].values["PORTS"]
    assert worker == "10250/tcp 10256/tcp 30000-32767/tcp 30000-32767/udp 8472/udp"


def test_firewalld_that_does_not_run_is_not_opened(machine: Box) -> None:
    machine.shell("rm run/active/*")
    assert state(machine.run(recipe("firewall", of(firewall="open"))[0])) is WorkState.DONE


def test_the_nodes_are_trusted_where_the_pod_network_is_not_known() -> None:
    network = {"pod_network": "manifest", "manifest": {"path": "/net.yaml"}}
    made = plan(workers=1, machines={"packages": "dnf", "firewall": "open"}, network=network)
    assert recipe("firewall", made)[1].values["SOURCES"] == "10.244.0.0/16 10.96.0.0/12 192.168.56.0/24"


def test_off_is_what_yaml_reads_as_false() -> None:
    assert of(firewall=False).profile.machines.firewall == "off"


def test_zrams_generator_makes_no_swap_any_more(machine: Box) -> None:
    probe, apply = recipe("swap", of())
    machine.write("etc/fstab", "")
    machine.write("etc/systemd/zram-generator.conf", "[zram0]\nzram-size = min(ram, 8192)\n")
    machine.program("swapon")
    assert "zram-generator makes swap" in machine.run(probe).stdout
    assert machine.run(apply).returncode == 0
    assert state(machine.run(probe)) is WorkState.DONE


def test_modules_that_the_kernel_lacks_come_for_this_kernel_alone(machine: Box) -> None:
    _, apply = recipe("kernel", of())
    for name, body in {"modprobe": "", "sysctl": "", "dnf": "", "rpm": "", "modinfo": "exit 1"}.items():
        machine.program(name, body)
    machine.program("uname", "echo 6.12.0-55.el10.x86_64")
    script = apply.script.replace("[[ ! -d /sys/module/br_netfilter ]]", "true")
    assert script != apply.script
    assert machine.run(Command(script, apply.values)).returncode == 0
    install = [call for call in machine.called("dnf") if " install " in f" {call} "]
    assert install[0].endswith(" kernel-modules-extra-6.12.0-55.el10.x86_64")


def test_what_selinux_and_firewalld_were_is_put_back(machine: Box) -> None:
    remembered = machine.run(Command(DNF.library + DNF.leftovers + "remember_system\n"))
    assert remembered.returncode == 0, remembered.stderr
    assert remembered.stdout.splitlines()[0] == "selinux Enforcing none"
    machine.write("run/mode", "Permissive\n")
    machine.write(
        "run/before", "selinux Enforcing none\nfirewalld enabled active\nnm-cloud-setup.timer none inactive\n"
    )
    machine.called("systemctl")
    done = machine.run(Command(DNF.library + DNF.leftovers + "restore_system </run/before\n"))
    assert done.returncode == 0, done.stderr
    assert (machine.root / "run/mode").read_text() == "Enforcing\n"
    calls = [call for call in machine.called("systemctl") if "firewalld" in call or "cloud" in call]
    assert calls == ["systemctl enable firewalld", "systemctl restart firewalld"]
