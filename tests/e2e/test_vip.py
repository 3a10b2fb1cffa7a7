"""The address that three control planes share, on real machines: it outlives whoever has it."""

from __future__ import annotations

import time

import pytest

from tests.e2e.conftest import Lab, Maker
from tests.e2e.faults import Container
from tests.e2e.test_up import planned, state_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PLANES = ("kubmaster", "kubmaster2", "kubmaster3")
SECONDS = 15
"""How long the API may be away when a control plane dies."""


def holders(lab: Lab, shared: str) -> list[str]:
    """Return the control planes that have the address, looked at from the host."""
    running = [
        name for name in PLANES if "RUNNING" in lab.run("lxc-info", "--state", "--name", Container(lab, name).name)
    ]
    return [name for name in running if f" {shared}/" in Container(lab, name).inside("ip -4 address show")]


def holder_of(lab: Lab, shared: str) -> str:
    """Return the one control plane that has the address, once it is one: it may just be on its way."""
    end = time.monotonic() + 30
    while len(found := holders(lab, shared)) != 1:
        assert time.monotonic() < end, f"the address is on {found or 'no control plane'}"
    return found[0]


def answers(lab: Lab, endpoint: str) -> bool:
    words = ("curl", "--silent", "--insecure", "--max-time", "1", f"https://{endpoint}/healthz")
    return lab.run(*words, check=False).strip() == "ok"


def away(lab: Lab, endpoint: str) -> float:
    """Return how long the API does not answer from now on, in seconds: until it answers three times in a row."""
    begun = end = time.monotonic()
    row = 0
    while row < 3:
        assert time.monotonic() - begun < 120, "it does not come back"
        row = row + 1 if answers(lab, endpoint) else 0
        end = end if row > 1 else time.monotonic()
    return end - begun


def test_the_api_is_back_when_the_control_plane_with_the_address_dies(fresh: Maker) -> None:
    lab = fresh("vip", machines={"control_planes": 3, "workers": 1}, addons=["vip"])
    lab.up()
    (first,) = {address.rpartition(".")[0] for address in planned(lab).values()}
    shared, endpoint = f"{first}.239", f"{first}.239:8443"
    assert f"server: https://{endpoint}" in (lab.folder / "kubeconfig").read_text()
    before = state_of(lab)
    assert "nothing changed" in lab.kubetui("up", str(lab.profile), "--yes")
    assert state_of(lab) == before

    holder = holder_of(lab, shared)
    with Container(lab, holder).off():
        seconds = away(lab, endpoint)
        assert holder_of(lab, shared) != holder
        lab.kubectl("create", "configmap", "written-without-it")
    print(f"the API was away for {seconds:.1f} s")  # noqa: T201
    assert seconds < SECONDS
    lab.kubetui("start", lab.name)
    lab.kubetui("check", lab.name)

    # the API server alone dies: its own haproxy leads to another one
    Container(lab, holder_of(lab, shared)).inside("pkill -KILL kube-apiserver; true")
    assert away(lab, endpoint) < SECONDS

    refused = lab.refused(*lab.command("addon", "remove", lab.name, "vip", "--yes"))
    assert "kubeadm writes the API's address" in refused
    lab.kubetui("node", "remove", lab.name, "kubmaster3", "--yes")
    for name in ("kubmaster", "kubmaster2"):
        assert "kubmaster3" not in lab.on(name, "cat /etc/haproxy/haproxy.cfg")
    lab.kubetui("check", lab.name)
    lab.kubetui("destroy", lab.name, "--yes")
