"""Full virtual machines with their own kernel and reboot, from a box that kubetui built of a cloud image.

Run by hand, with a profile such as vm.yaml. The processor may be emulated in software, so this takes a quarter of an
hour on an otherwise idle host.
"""

from __future__ import annotations

import re
import signal

import pytest

from tests.e2e.cloud import build
from tests.e2e.conftest import Lab, Maker
from tests.e2e.person import person
from tests.e2e.running import Event, running
from tests.e2e.test_boxes import IDENTITY
from tests.e2e.test_up import nodes, planned

pytestmark = [pytest.mark.e2e, pytest.mark.vm]


def test_up_gets_nodes_ready_and_destroy_removes_them(make: Maker) -> None:
    lab = make("vmlab")
    build(lab, "libvirt")
    lab.kubetui("up", str(lab.profile), "--yes", timeout=3000)
    assert nodes(lab) == planned(lab)
    assert "nothing changed" in lab.up()
    for name in planned(lab):
        assert lab.on(name, "swapon --show --noheadings; lsmod | grep -c ^br_netfilter").strip() == "1"
        assert lab.on(name, "stat --file-system --format=%T /sys/fs/cgroup").strip() == "cgroup2fs"
    identities = [set(lab.on(name, IDENTITY).split("\n")) - {""} for name in planned(lab)]
    assert all(len(each) >= 3 for each in identities)
    assert not set.intersection(*identities)
    lab.kubetui("destroy", lab.name, "--yes")
    assert not lab.folder.exists()


def to_the_clock(lab: Lab) -> tuple[str, list[Event]]:
    """Run until the clock step finishes; return its outcome and all events."""
    with running(lab) as run:
        assert run.until(("TaskFinished",), "clock")
        outcome = run.events[-1]["outcome"]
        run.signal(signal.SIGTERM)
        assert run.end() == 130
    return outcome, run.events


def test_a_clock_that_is_a_day_behind_is_set(make: Maker) -> None:
    """Containers share the host's clock, so this needs a virtual machine."""
    lab = make("vmclock", machines={"workers": 0})
    build(lab, "libvirt")
    assert to_the_clock(lab)[0] == "unchanged"
    lab.on("vmmaster", "timedatectl set-ntp false; date --set='1 day ago'")
    outcome, events = to_the_clock(lab)
    assert outcome == "done"
    assert any("its clock is 24 hours behind" in event.get("text", "") for event in events)
    assert to_the_clock(lab)[0] == "unchanged"
    lab.kubetui("destroy", lab.name, "--yes")


SWAP = (
    "swapoff -a; rm -f /swap.img; fallocate -l 64M /swap.img; chmod 600 /swap.img; mkswap /swap.img >/dev/null; "
    "sed -i /swap/d /etc/fstab; echo '/swap.img none swap sw 0 0' >>/etc/fstab; swapon /swap.img"
)
UNIT = "[Swap]\nWhat=/swap.img\n[Install]\nWantedBy=swap.target\n"
SWAP_WRONG = (
    ("true", "swap is on: /swap.img"),
    ("sed -i s,^/swap,#/swap, /etc/fstab", "swap is on: /swap.img"),
    ("swapoff -a; sed -i s,^#/swap,/swap, /etc/fstab", "/etc/fstab turns swap on at the next boot: /swap.img"),
    (
        (
            f"sed -i s,^/swap,#/swap, /etc/fstab; printf '{UNIT}' >/etc/systemd/system/swap.img.swap; "
            "systemctl daemon-reload; systemctl enable swap.img.swap"
        ),
        "swap units start at the next boot: swap.img.swap",
    ),
    (
        "systemctl disable swap.img.swap; rm /etc/systemd/system/swap.img.swap; swapon /swap.img",
        "swap is on: /swap.img",
    ),
)
SWAP_RIGHT = (
    "swapoff -a; sed -i -E '/^[^#]+[[:space:]]swap[[:space:]]/s/^/# kubetui: /' /etc/fstab; systemctl daemon-reload",
    "swapoff -a; sed -i '/ swap / s/^/#/' /etc/fstab",
    "swapoff /swap.img; grep -v swap /etc/fstab >/tmp/fstab || true; cat /tmp/fstab >/etc/fstab; rm /swap.img",
)
KERNEL = (
    "rm -f /etc/modules-load.d/k*.conf /etc/sysctl.d/*k*.conf /etc/sysctl.d/zz*.conf; "
    "modprobe --remove br_netfilter 2>/dev/null || true; sysctl -w net.ipv4.ip_forward=0"
)
KEYS = ("net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables", "net.ipv4.ip_forward")
LINES = "".join(f"{each} = 1\\n" for each in KEYS)
KERNEL_WRONG = (
    ("true", "br_netfilter is not loaded at boot"),
    ("echo br_netfilter >/etc/modules-load.d/k8s.conf", "br_netfilter is not loaded"),
    ("modprobe br_netfilter", "is not 1 after a boot|ip_forward is 0"),
    (f"printf '{LINES}' >/etc/sysctl.d/k8s.conf", "net.ipv4.ip_forward is 0, and not 1"),
    (
        "sysctl -w net.ipv4.ip_forward=1; echo net.ipv4.ip_forward=0 >/etc/sysctl.d/zz.conf",
        "net.ipv4.ip_forward is not 1 after a boot",
    ),
)
KERNEL_RIGHT = (
    (
        "rm /etc/sysctl.d/zz.conf; printf 'overlay\\nbr_netfilter\\n' >/etc/modules-load.d/kubetui.conf; "
        f"printf '{LINES}' >/etc/sysctl.d/90-kubetui.conf; modprobe overlay; modprobe br_netfilter; "
        "sysctl --load=/etc/sysctl.d/90-kubetui.conf"
    ),
    (
        "printf 'overlay\\nbr_netfilter\\n' | tee /etc/modules-load.d/k8s.conf; modprobe -a overlay br_netfilter; "
        f"printf '{LINES}' | tee /etc/sysctl.d/k8s.conf; sysctl --system"
    ),
    (
        "echo br_netfilter >/etc/modules-load.d/k.conf; modprobe br_netfilter; "
        f"for each in {' '.join(each.replace('.', '/') for each in KEYS)}; do "
        'echo "$each=1" >>/etc/sysctl.d/zzz.conf; echo 1 >/proc/sys/$each; done'
    ),
)


def test_swap_and_kernel_modules_are_done_by_hand(make: Maker) -> None:
    """Containers share the host's kernel, so what is true now and not only in files needs a virtual machine."""
    lab = make("vmhand", machines={"workers": 0})
    build(lab, "libvirt")
    to_the_clock(lab)
    right = {"swap": SWAP_RIGHT, "kernel": KERNEL_RIGHT}
    for number in range(3):
        for spoil in (SWAP, KERNEL):
            lab.on("vmmaster", f"set -euo pipefail; {spoil}")
        wrong = {} if number else {"swap": SWAP_WRONG, "kernel": KERNEL_WRONG}
        with person(lab, ["swap", "kernel"]) as someone:
            for _ in range(2):
                step, machine = someone.asked()
                for script, missing in wrong.get(step, ()):
                    lab.on(machine, f"set -euo pipefail; {script}")
                    said = someone.done()
                    assert re.search(missing, said), f"after {script}: {said or 'accepted'}"
                lab.on(machine, f"set -euo pipefail; {right[step][number]}")
                assert someone.done() == "", right[step][number]
    lab.kubetui("destroy", lab.name, "--yes")
