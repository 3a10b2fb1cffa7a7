"""Whole virtual machines, with a kernel, swap and a reboot of their own: run by hand, with a profile such as vm.yaml.

The processor may be emulated in software, so this takes 10 to 15 minutes on an otherwise idle host.
"""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Maker
from tests.e2e.test_up import nodes, planned

pytestmark = [pytest.mark.e2e, pytest.mark.vm]


def test_from_nothing_to_ready_nodes_and_gone_again(make: Maker) -> None:
    lab = make("vmlab")
    lab.kubetui("up", str(lab.profile), "--yes", timeout=3000)
    assert nodes(lab) == planned(lab)
    assert "nothing changed" in lab.up()
    for name in planned(lab):
        assert lab.on(name, "swapon --show --noheadings; lsmod | grep -c ^br_netfilter").strip() == "1"
    lab.kubetui("destroy", lab.name, "--yes")
    assert not lab.folder.exists()
