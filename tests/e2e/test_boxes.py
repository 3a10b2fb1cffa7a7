"""A prepared box on real machines: made once, used by a cluster whose machines share no identity."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Maker

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

IDENTITY = "cat /etc/machine-id /etc/ssh/ssh_host_*_key.pub /home/*/.ssh/authorized_keys"


def test_machines_from_a_prepared_box_share_no_identity(make: Maker) -> None:
    lab = make("boxed", machines={"workers": 1, "prepared_box": True})
    said = lab.kubetui("boxes", "make", str(lab.profile))
    found = re.search(r"kubetui/([0-9a-f]{16}) is ready", said)
    assert found, said
    try:
        assert found.group(1) in lab.kubetui("boxes")
        output = lab.up()
        for step in ("base", "runtime", "kubernetes", "runtime-config", "images"):
            assert output.count(f"{step}: unchanged") == 2, output
        lines = [lab.on(name, IDENTITY).split("\n") for name in ("kubmaster", "kubnode1")]
        mine, others = ({line for line in own if line.strip()} for own in lines)
        assert len(mine) >= 3
        assert not mine & others
        assert not any("vagrant insecure public key" in line for line in mine | others)
        lab.kubetui("destroy", lab.name, "--yes")
    finally:
        lab.kubetui("boxes", "remove", found.group(1))
    assert found.group(1) not in lab.kubetui("boxes")
