"""What was changed or lost of kubeadm's files is found, and made again by kubeadm's own phases, and nothing else is."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from kubetui.base.redaction import Secret
from kubetui.engine.step import WorkState
from kubetui.remote.command import Command, Late
from tests.steps.box import KUBEADM, KUBECTL, Box, recipe, state
from tests.steps.cluster.test_scripts import authority

PKI = "etc/kubernetes/pki"


@pytest.fixture
def master(box: Box) -> Box:
    """Return a control plane as kubeadm init leaves it."""
    box.program("kubeadm", KUBEADM)
    box.program("kubectl", KUBECTL)
    box.program("crictl", "[[ $* != *' pods '* ]] || echo pod1")
    assert box.run(recipe("init")[1]).returncode == 0
    assert state(box.run(recipe("init")[0])) is WorkState.DONE
    box.told()
    return box


@pytest.mark.parametrize(
    ("path", "text", "phases"),
    [
        ("etc/kubernetes/manifests/kube-apiserver.yaml", "mine", ["control-plane all"]),
        ("etc/kubernetes/manifests/etcd.yaml", None, ["etcd local"]),
        ("etc/kubernetes/admin.conf", None, ["kubeconfig admin"]),
        (f"{PKI}/etcd/peer.key", None, ["certs all"]),
        ("var/lib/kubelet/config.yaml", "mine", ["kubelet-start"]),
    ],
)
def test_what_kubeadm_wrote_is_made_again(master: Box, path: str, text: str | None, phases: list[str]) -> None:
    probe, apply = recipe("init")
    file = master.root / path
    file.unlink()
    if text:
        file.write_text(text)
    done = master.run(probe)
    said = "is gone" if text is None else "is not as kubeadm wrote it"
    assert (state(done), done.stdout) == (WorkState.PARTIAL, f"{file} {said}\n")
    mended = master.run(apply)
    assert mended.returncode == 0
    # nobody's change is lost
    kept = list((master.root / "var/lib/kubetui/set-aside").glob("*"))
    assert [each.read_text() for each in kept] == ([text] if text else [])
    assert all(f"it is kept as {each}" in mended.stdout for each in kept)
    begun = [call.removeprefix("kubeadm init phase ") for call in master.told() if call.startswith("kubeadm init")]
    assert begun == [f"{phase} --config=/run/kubetui-init.yaml" for phase in phases]
    assert [call.split()[-2:] for call in master.called("crictl")][-1] == ["stopp", "pod1"]
    assert not list((master.root / "run").iterdir())
    assert state(master.run(probe)) is WorkState.DONE


def test_the_half_of_a_pair_that_is_left_goes_before_kubeadm_looks(master: Box) -> None:
    (master.root / PKI / "apiserver.crt").unlink()
    assert master.run(recipe("init")[1]).returncode == 0
    assert f"rm -f /{PKI}/apiserver.crt /{PKI}/apiserver.key" in master.told()


def test_where_nothing_was_changed_kubeadm_is_not_called(master: Box) -> None:
    master.called("kubeadm")
    assert master.run(recipe("init")[1]).returncode == 0
    assert master.called("kubeadm") == []


def test_a_mark_of_an_older_kubetui_vouches_for_no_content(master: Box) -> None:
    (master.root / "var/lib/kubetui/init.done").write_text("")
    (master.root / "etc/kubernetes/manifests/etcd.yaml").write_text("mine")
    assert state(master.run(recipe("init")[0])) is WorkState.DONE


def test_a_stopped_kubelet_is_found_though_the_api_server_answers(master: Box) -> None:
    master.program("systemctl", "[[ $1 != is-active ]]")
    done = master.run(recipe("init")[0])
    assert (state(done), done.stdout) == (WorkState.PARTIAL, "the kubelet does not run\n")


Joined = tuple[Box, Command, Command]


@pytest.fixture
def joined(box: Box) -> Iterator[Joined]:
    """Return a worker as kubeadm join leaves it, and its probe and apply commands."""
    probe, apply = recipe("join", machine=1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        box.program("kubeadm", KUBEADM.replace("PORT", str(port)))
        box.program("kubectl")
        values: dict[str, str | Secret | Late] = {**apply.values, "JOIN_TOKEN": "abcdef.0123", "CA_HASH": "h"}
        values |= {"ENDPOINT": f"127.0.0.1:{port}", "AUTHORITY": authority(box, "this")}
        look, work = Command(probe.script, values), Command(apply.script, values)
        assert box.run(work).returncode == 0
        assert state(box.run(look)) is WorkState.DONE
        box.told()
        yield box, look, work


def test_a_kubelet_that_lost_its_certificate_asks_for_one_with_the_token(joined: Joined) -> None:
    box, look, work = joined
    (box.root / "var/lib/kubelet/pki/kubelet-client-current.pem").unlink()
    assert box.run(look).stdout == "the kubelet's certificate is gone\n"
    box.program("systemctl", '[[ $1 != restart ]] || cp "$ROOT/etc/kubernetes/bootstrap-kubelet.conf" "$TMPDIR"')
    assert box.run(work).returncode == 0
    assert "token: abcdef.0123\n" in (box.root / "tmp/bootstrap-kubelet.conf").read_text()
    assert not (box.root / "etc/kubernetes/bootstrap-kubelet.conf").exists()
    assert not any("abcdef" in call or call.startswith("kubeadm") for call in box.told())


def test_a_kubelet_that_asks_another_server_is_sent_back(joined: Joined) -> None:
    box, look, work = joined
    conf = box.root / "etc/kubernetes/kubelet.conf"
    before = conf.read_text()
    conf.write_text("    server: https://192.0.2.1:6443\n")
    assert state(box.run(look)) is WorkState.PARTIAL
    assert box.run(work).returncode == 0
    assert conf.read_text().strip() == before.strip()
    assert state(box.run(look)) is WorkState.DONE


def test_a_kubelets_configuration_is_fetched_again(joined: Joined) -> None:
    box, look, work = joined
    config = box.root / "var/lib/kubelet/config.yaml"
    config.write_text("mine\n")
    assert state(box.run(look)) is WorkState.PARTIAL
    box.program("kubeadm", f'[[ $* != "upgrade node phase kubelet-config" ]] || echo theirs >"{config}"')
    assert box.run(work).returncode == 0
    assert config.read_text() == "theirs\n"
    assert state(box.run(look)) is WorkState.DONE


def test_a_pod_network_is_compared_unless_its_objects_never_equal_its_manifest(box: Box) -> None:
    probe, apply = recipe("network")
    differs = box.write("tmp/differs", "")
    box.program("kubectl", f"[[ $1 != diff || ! -e {differs} ]] || exit 1")
    differs.unlink()
    assert box.run(apply).returncode == 0
    assert state(box.run(probe)) is WorkState.DONE
    differs.touch()
    done = box.run(probe)
    assert (state(done), done.stdout) == (WorkState.PARTIAL, "the pod network is not as its manifest says\n")
    # it differs even now that it was applied
    assert box.run(apply).returncode == 0
    assert state(box.run(probe)) is WorkState.DONE
    box.program("kubectl", "exit 1")
    assert state(box.run(probe)) is WorkState.PARTIAL
