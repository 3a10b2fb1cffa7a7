"""The scripts that create the control plane, join workers and install the pod network."""

import socket

import pytest

from kubetui.base.redaction import Secret
from kubetui.engine.step import WorkState
from kubetui.remote.command import Command, Late
from kubetui.steps.cluster.libraries import CA
from tests.steps.box import KUBEADM, KUBECTL, Box, recipe, state


def test_init_runs_once_and_leaves_no_configuration_file(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    box.program("kubectl", KUBECTL)
    probe, apply = recipe("init")
    assert state(box.run(probe)) is WorkState.ABSENT
    assert box.run(apply).returncode == 0
    assert (box.root / "tmp/mode").read_text() == "600\n"
    assert "kubernetesVersion: 'v1.36.1'" in (box.root / "tmp/seen").read_text()
    assert not list((box.root / "run").iterdir())
    assert state(box.run(probe)) is WorkState.DONE
    box.called("kubeadm")
    assert box.run(apply).returncode == 0
    assert box.called("kubeadm") == []


def test_an_interrupted_init_is_reset_and_a_failed_one_leaves_no_configuration_file(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    box.program("kubectl", KUBECTL)
    probe, apply = recipe("init")
    fails = box.write("tmp/fails", "")
    done = box.run(apply)
    assert done.returncode == 1
    assert box.called("journalctl")
    assert not list((box.root / "run").iterdir())
    assert state(box.run(probe)) is WorkState.PARTIAL
    fails.unlink()
    assert box.run(apply).returncode == 0
    assert [call.split()[1] for call in box.called("kubeadm")] == ["reset", "version", "init"]
    assert state(box.run(probe)) is WorkState.DONE


def test_someone_elses_control_plane_is_foreign(box: Box) -> None:
    box.program("kubectl", KUBECTL)
    box.write("etc/kubernetes/admin.conf", "")
    probe, _ = recipe("init")
    done = box.run(probe)
    assert (state(done), done.stdout) == (WorkState.FOREIGN, "there is a control plane that kubetui did not make\n")
    box.write("var/lib/kubetui/init.begun", "another")
    assert state(box.run(Command(probe.script, {**probe.values, "CLUSTER_ID": "this"}))) is WorkState.FOREIGN
    box.write("var/lib/kubetui/init.begun", "this")
    box.write("var/lib/kubetui/init.done", "")
    box.program("kubeadm", KUBEADM)
    box.shell(": >config; kubeadm init --config=config")
    same = {**probe.values, "CLUSTER_ID": "this"}
    assert state(box.run(Command(probe.script, same))) is WorkState.DONE
    # the API server is ready, then fails before the next query
    box.program("kubectl", "case $* in *readyz*) echo ok ;; *) exit 1 ;; esac")
    assert state(box.run(Command(probe.script, same))) is WorkState.PARTIAL
    box.program("kubectl", KUBECTL)
    assert state(box.run(Command(probe.script, {**same, "POD_CIDR": "10.10.0.0/16"}))) is WorkState.FOREIGN
    # a person who runs kubeadm by hand may keep its name for clusters; without an identity the name decides
    other = Command(probe.script, {**same, "CLUSTER_NAME": "la"})
    assert state(box.run(other)) is WorkState.DONE
    box.write("var/lib/kubetui/init.begun", "")
    assert state(box.run(other)) is WorkState.FOREIGN


def test_a_pod_network_counts_as_installed_only_once_it_is_applied(box: Box) -> None:
    box.program("kubectl", "[[ $1 != apply || ! -e $TMPDIR/down ]]")
    probe, apply = recipe("network")
    down = box.write("tmp/down", "")
    assert box.run(apply).returncode == 1
    assert state(box.run(probe)) is WorkState.ABSENT
    down.unlink()
    assert box.run(apply).returncode == 0
    assert state(box.run(probe)) is WorkState.DONE
    changed = Command(apply.script, {**apply.values, "MANIFEST": "another"})
    look = Command(probe.script, changed.values)
    box.write("tmp/down", "")
    assert box.run(changed).returncode == 1
    assert state(box.run(look)) is WorkState.ABSENT


def authority(box: Box, name: str) -> str:
    """Give the next cluster a CA certificate, and return its fingerprint as the step computes it."""
    box.write("tmp/authority", f"# {name}\n-----BEGIN CERTIFICATE-----\n{name}\n-----END CERTIFICATE-----\n")
    path = box.root / "tmp/authority"
    return box.run(Command(CA.replace("/etc/kubernetes/pki/ca.crt", str(path)) + "ca\n")).stdout.strip()


def test_a_worker_joins_and_leaves_no_join_token_behind(box: Box) -> None:
    box.program("kubectl")
    probe, apply = recipe("join", machine=1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        box.program("kubeadm", KUBEADM.replace("PORT", str(port)))
        late: dict[str, str | Secret | Late] = {
            "JOIN_TOKEN": Secret("abcdef.0123456789abcdef"),
            "CA_HASH": "sha256:00",
            "AUTHORITY": authority(box, "this"),
            "ENDPOINT": f"127.0.0.1:{port}",
        }
        values: dict[str, str | Secret | Late] = {**apply.values, **late}
        fails = box.write("tmp/fails", "")
        for _ in range(2):
            assert box.run(Command(apply.script, values)).returncode == 1
            assert not list((box.root / "run").iterdir())
            assert state(box.run(Command(probe.script, values))) is WorkState.PARTIAL
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
    assert state(box.run(Command(probe.script, values))) is WorkState.DONE


def test_a_worker_joins_again_after_its_control_plane_was_recreated(box: Box) -> None:
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
        assert state(box.run(look)) is WorkState.DONE
        box.called("kubeadm")
        assert box.run(Command(apply.script, values)).returncode == 0
        assert box.called("kubeadm") == []
        first, values["AUTHORITY"] = values["AUTHORITY"], authority(box, "second")
        assert first != values["AUTHORITY"]
        assert box.run(Command(apply.script, values)).returncode == 0
    assert [call.split()[1] for call in box.called("kubeadm")] == ["reset", "join"]
    assert not (box.root / "var/lib/cni").exists()
    assert state(box.run(look)) is WorkState.DONE


@pytest.mark.parametrize("begun", [True, False])
def test_after_an_interrupted_join_it_waits_until_the_old_node_is_not_ready(box: Box, *, begun: bool) -> None:
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


def test_an_unreachable_control_plane_is_reported_before_anything_changes(box: Box) -> None:
    box.program("kubeadm", KUBEADM)
    _, apply = recipe("join", machine=1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"127.0.0.1:{server.getsockname()[1]}"
    late = {"JOIN_TOKEN": "t", "CA_HASH": "h", "AUTHORITY": "a", "ENDPOINT": endpoint}
    values: dict[str, str | Secret | Late] = {**apply.values, **late}
    done = box.run(Command(apply.script, values))
    assert done.returncode == 1
    told, _, hop = done.stderr.partition(" from here: ")
    assert told == f"error: the control plane cannot be reached at {endpoint}"
    assert hop.startswith(("nothing answers there; the way is local 127.0.0.1 dev lo", "its SSH answers"))
    assert box.called("kubeadm") == []
    assert not list((box.root / "var/lib").iterdir())
