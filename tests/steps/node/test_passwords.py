"""Proxy and mirror passwords: kept in files that only root can read, never on a command line."""

import stat
import tomllib
from dataclasses import replace

from kubetui.base.redaction import Secret
from kubetui.engine.step import WorkState
from kubetui.operations.boxes.anonymise import CLEAN, clean_up
from kubetui.profile.credentials import Logins
from kubetui.remote.command import Command
from tests.plans import plan
from tests.steps.box import Box, recipe, state

LOGIN = Logins({"proxy": Secret("c4n@ry"), "mirror": Secret("c4n@ry")})
PROXIED = replace(
    plan(
        mirrors={
            "http_proxy": "http://me@proxy:3128",
            "registries": {"ghcr.io": "https://me@mirror/x", "quay.io": "http://10.0.3.1:5000"},
            "packages": {"url": "http://me@mirror/deb/", "key": "http://me@mirror/key"},
        },
    ),
    logins=LOGIN,
)


def modes(box: Box) -> dict[str, int]:
    """Return the modes of the files that hold the password in any form."""
    files = [path for path in (box.root / "etc").rglob("*") if path.is_file()]
    held = (path for path in files if any(word in path.read_text() for word in ("c4n", "bWU6YzRuQHJ5")))
    return {str(path.relative_to(box.root)): stat.S_IMODE(path.stat().st_mode) for path in held}


def test_the_key_is_fetched_through_the_proxy_without_a_password_on_a_command_line(box: Box) -> None:
    box.program("curl", f'cat >{box.root}/config; while [[ $1 != --output ]]; do shift; done; echo key >"$2"')
    box.program("gpg", 'while (($#)) && [[ $1 != --output ]]; do shift; done; [[ -z ${2-} ]] || echo k >"$2"')
    box.program("apt-get")
    box.program("dpkg")
    done = box.run(recipe("repository", PROXIED)[1])
    assert done.returncode == 0, done.stderr
    assert (box.root / "config").read_text().splitlines() == [
        'url = "http://me:c4n%40ry@mirror/key"',
        'proxy = "http://me:c4n%40ry@proxy:3128"',
        'noproxy = "localhost,127.0.0.1"',
    ]
    assert "c4n" not in box.calls.read_text()
    assert modes(box) == {"etc/apt/sources.list.d/kubernetes.list": 0o600}


def test_a_service_reads_the_proxy_from_a_file_only_root_can_read(box: Box) -> None:
    box.program("containerd", "echo containerd github.com/containerd/containerd/v2 v2.1.0 061792f")
    box.program("kubeadm", "case $* in *list*) echo registry.k8s.io/pause:3.10 ;; *) echo v1.36.1 ;; esac")
    probe, apply = recipe("runtime-config", PROXIED)
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    folder = box.root / "etc/systemd/system/containerd.service.d"
    unit = (folder / "20-kubetui-proxy.conf").read_text()
    assert unit == f"[Service]\nEnvironmentFile=-{folder}/20-kubetui-proxy.env\n"
    assert modes(box) == {
        "etc/systemd/system/containerd.service.d/20-kubetui-proxy.env": 0o600,
        "etc/containerd/certs.d/ghcr.io/hosts.toml": 0o600,
    }
    assert stat.S_IMODE((box.root / "etc/containerd/certs.d/quay.io/hosts.toml").stat().st_mode) == 0o644
    hosts = tomllib.loads((box.root / "etc/containerd/certs.d/ghcr.io/hosts.toml").read_text())
    assert hosts["host"]["https://mirror/x"]["header"] == {"Authorization": "Basic bWU6YzRuQHJ5"}
    assert "c4n" not in box.calls.read_text()
    changed = replace(PROXIED, logins=Logins({"proxy": Secret("newer"), "mirror": Secret("c4n@ry")}))
    assert state(box.run(recipe("runtime-config", changed)[0])) is WorkState.ABSENT
    assert "containerd does not know the proxy" in box.run(recipe("runtime-config", changed)[0]).stdout
    assert "proxy" not in box.run(probe).stdout


def test_the_kubelet_gets_the_proxy_and_restarts_once(box: Box) -> None:
    for name in ("apt-get", "apt-mark", "dpkg", "dpkg-query"):
        box.program(name)
    _, apply = recipe("kubernetes", PROXIED)
    for restarted in (True, False):
        done = box.run(apply)
        assert done.returncode == 0, done.stderr
        assert ("systemctl try-restart kubelet" in box.called("systemctl")) is restarted
    assert modes(box) == {"etc/systemd/system/kubelet.service.d/20-kubetui-proxy.env": 0o600}


def test_a_prepared_box_keeps_no_password(box: Box) -> None:
    for name in ("curl", "apt-get", "apt-mark", "dpkg", "dpkg-query"):
        box.program(name)
    kept = box.write("etc/containerd/certs.d/quay.io/hosts.toml", "plain")
    gone = [
        box.write(path, "c4n@ry")
        for path in (
            "etc/apt/apt.conf.d/95kubetui",
            "etc/apt/sources.list.d/kubernetes.list",
            "etc/apt/sources.list.d/containerd.list",
            "etc/containerd/certs.d/ghcr.io/hosts.toml",
            "etc/systemd/system/kubelet.service.d/20-kubetui-proxy.env",
        )
    ]
    for path in gone:
        path.chmod(0o600)
    whole = clean_up(PROXIED, PROXIED.machines[0], "")
    lines = CLEAN[CLEAN.index("secret=(") : CLEAN.index("rm -f /root/.bash_history")]
    done = box.run(Command(whole.script.removesuffix(CLEAN) + lines, whole.values))
    assert done.returncode == 0, done.stderr
    assert kept.exists()
    assert not any(path.exists() for path in gone)
