"""Full virtual machines with their own kernel and reboot, from a box that kubetui built of a cloud image.

Run by hand, with a profile such as vm.yaml. The processor may be emulated in software, so this takes a quarter of an
hour on an otherwise idle host.
"""

from __future__ import annotations

import signal

import pytest

from tests.e2e.cloud import build
from tests.e2e.conftest import Lab, Maker
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
