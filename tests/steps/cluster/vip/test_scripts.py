"""What gives control planes their common address, in a real bash with stand-ins for the programs."""

from dataclasses import replace

import pytest

from kubetui.engine.step import WorkState
from kubetui.remote.command import Command
from kubetui.software.addons import vip
from kubetui.steps.build import STEPS
from tests.plans import plan
from tests.steps.box import KUBEADM, KUBECTL, Box, recipe, state

THREE = plan(machines={"control_planes": 3}, addons=["vip"])
PROBE, APPLY = recipe("shared-address", THREE)
ANSWERS_PROBE, ANSWERS_APPLY = recipe("addon-vip", THREE)
REHEARSED = THREE.profile.model_copy(update={"provider": "rehearsal"})
PATHS = (vip.BALANCER, vip.CHECKER, vip.FAILOVER)


@pytest.fixture
def plane(box: Box) -> Box:
    box.program("ip", 'echo "3: eth1    inet $6/24 brd 192.168.56.255 scope global eth1"')
    box.program("haproxy", '[[ ! -e $TMPDIR/broken ]] || { echo "no backend"; exit 1; }')
    box.program("curl", 'for place in $(cat "$TMPDIR/dead" 2>/dev/null); do [[ $* != *"$place"* ]] || exit 22; done')
    box.program("dpkg-query", "[[ $1 == --listfiles ]] || printf installed")
    box.program("apt-get")
    box.program("systemctl", "[[ $1 != is-* || ! -e $TMPDIR/${*: -1}.$1 ]]")
    return box


def test_a_control_plane_gets_its_files_and_is_found_done(plane: Box) -> None:
    assert state(plane.run(PROBE)) is WorkState.ABSENT
    done = plane.run(APPLY)
    assert done.returncode == 0, done.stderr
    keepalived = (plane.root / vip.FAILOVER[1:]).read_text()
    assert "interface eth1" in keepalived
    assert vip.LINK_MARK not in keepalived
    assert (plane.root / vip.CHECKER[1:]).stat().st_mode & 0o777 == 0o755
    assert "systemctl reload-or-restart haproxy keepalived" in plane.called("systemctl")
    assert state(plane.run(PROBE)) is WorkState.DONE


def test_the_first_control_plane_is_done_once_the_shared_address_stays_with_an_api_server(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    # it answers, does not, and then answers for good
    count = 'echo >>"$TMPDIR/asked"; (($(wc -l <"$TMPDIR/asked") == 3)) && exit 1'
    box.program("kubectl", f"case $* in *readyz*) {count} ;; esac\n{KUBECTL}")
    done = box.run(recipe("init", THREE)[1])
    assert done.returncode == 0, done.stderr
    assert len((box.root / "tmp/asked").read_text()) == 3 + 5


def test_a_control_plane_that_leaves_ends_its_connections_before_it_gives_the_address_away(plane: Box) -> None:
    assert plane.run(Command(vip.YIELD)).returncode == 0
    assert plane.called("systemctl") == ["systemctl stop haproxy", "systemctl stop keepalived"]


@pytest.mark.parametrize("path", PATHS)
def test_a_changed_file_is_written_again(plane: Box, path: str) -> None:
    plane.run(APPLY)
    (plane.root / path[1:]).write_text("mine\n")
    assert state(plane.run(PROBE)) is WorkState.ABSENT
    plane.run(APPLY)
    assert state(plane.run(PROBE)) is WorkState.DONE


@pytest.mark.parametrize("unit", vip.UNITS)
@pytest.mark.parametrize("lacks", ["is-active", "is-enabled"])
def test_a_unit_that_is_off_is_noticed(plane: Box, unit: str, lacks: str) -> None:
    plane.run(APPLY)
    plane.write(f"tmp/{unit}.{lacks}", "")
    assert state(plane.run(PROBE)) is WorkState.PARTIAL


def test_what_haproxy_does_not_take_starts_nothing(plane: Box) -> None:
    plane.write("tmp/broken", "")
    done = plane.run(APPLY)
    assert "haproxy does not take its configuration: no backend" in done.stderr
    assert not [call for call in plane.called("systemctl") if "restart" in call]


def test_a_machine_without_its_address_is_left_alone(plane: Box) -> None:
    plane.program("ip")
    assert "no interface of this machine has the address 192.168.56.101" in plane.run(APPLY).stderr


def test_it_waits_for_both_places(plane: Box) -> None:
    assert state(plane.run(ANSWERS_PROBE)) is WorkState.DONE
    plane.write("tmp/dead", "192.168.56.239:8443")
    found = plane.run(ANSWERS_PROBE)
    assert state(found) is WorkState.ABSENT
    assert found.stdout.strip() == "no API server answers at 192.168.56.239:8443"
    plane.program("sleep", 'rm -f "$TMPDIR/dead"')
    done = plane.run(ANSWERS_APPLY)
    assert done.returncode == 0, done.stderr
    assert "waiting for an answer at 192.168.56.239:8443" in done.stdout


def test_plans_without_it_have_none_of_its_steps() -> None:
    mine = [step for step in STEPS if step.name in {"shared-address", "addon-vip"}]
    assert len(mine) == 2
    assert all(step.wanted(THREE) for step in mine)
    endpoint = {"control_plane_endpoint": "lab.test"}
    others = (plan(machines={"control_planes": 3}, network=endpoint), replace(THREE, profile=REHEARSED))
    assert not any(step.wanted(each) for step in mine for each in others)


def test_an_existing_machine_loses_the_address_before_it_is_put_back(plane: Box) -> None:
    let_go = Command(vip.LET_GO, {"CLUSTER_ID": "abc"})
    plane.run(let_go)
    assert plane.called("systemctl") == []
    plane.write("var/lib/kubetui/cluster", "abc lab\n")
    plane.run(let_go)
    assert plane.called("systemctl") == ["systemctl stop keepalived"]
