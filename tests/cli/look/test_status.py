"""`kubetui status`: what it says of a cluster when some of those that know it do not answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.base.errors import HostError
from kubetui.cli.language.formats import Form
from kubetui.cli.look import status as command
from kubetui.cluster import api
from kubetui.cluster.folder import Cluster
from kubetui.cluster.tables import Table, aligned_table
from kubetui.engine.provider import MachineState
from kubetui.operations.state import State, glance
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from tests.cluster.pki import DAY, kubeconfig, pair
from tests.fakes import FakeProvider
from tests.operations.test_state import READY, built


class Mute(FakeProvider):
    async def states(self, log: object = None) -> dict[str, MachineState]:
        raise HostError("Vagrant is not installed.")


@pytest.mark.parametrize("name", [None, "lab"])
def test_what_the_api_says_counts_when_the_provider_cannot_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str | None
) -> None:
    async def answered(_kubeconfig: Path) -> Table:
        return aligned_table(READY, 1.0)

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(api, "nodes", answered)
    monkeypatch.setattr(command, "make", lambda *_: Mute())
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile(name="lab", provider="lxc")))
    built(cluster)
    assert command.status(name, Form.JSON, wait=0) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["state"], told["ready"], told["error"]) == ("ready", 3, "Vagrant is not installed.")
    assert {each["state"] for each in told["machines"]} == {"unknown"}


NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (31 * DAY, None),
        (29 * DAY, "  its certificates expire in 29 days: kubetui certs --renew lab"),
        (-2 * DAY, "  its certificates expired 2 days ago: kubetui start lab"),
    ],
)
def test_certificates_that_expire_soon_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: float, said: str | None
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile(name="lab", provider="lxc")))
    cluster.kubeconfig.write_text(kubeconfig(*pair(NOW - 300 * DAY, NOW + left)))
    status = command._Status(cluster, glance(cluster), {})
    assert status.document["certificates_expire"] == NOW + left
    lines = [line for line in status.lines(NOW) if "certificates" in line]
    assert lines == ([] if said is None else [said])


@pytest.mark.parametrize(("looks", "code"), [(["stopped", "building", "ready"], 0), (["building"], 8)])
def test_a_script_waits_until_a_cluster_is_ready_and_no_longer_than_it_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    looks: list[str],
    code: int,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(command, "_POLL", 0.01)
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile(name="lab", provider="lxc")))
    left = list(looks)

    async def look(_cluster: Cluster) -> command._Status:
        state = left.pop(0) if len(left) > 1 else left[0]
        return command._Status(cluster, replace(glance(cluster), state=State(state)), {})

    monkeypatch.setattr(command, "_status", look)
    assert command.status("lab", Form.NAME, wait=1) == code
    said = capsys.readouterr()
    assert said.out == "lab\n"
    assert ("lab is not ready after 0:01: " in said.err) is (code == 8)
