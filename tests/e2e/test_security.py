"""On real machines: planted secrets do not leak, and a tampering mirror is refused with the right message."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from kubetui.engine.failures.diagnosis import diagnose
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command
from kubetui.steps.node.packages import KUBERNETES_PACKAGES, PACKAGE_REPOSITORY
from tests.e2e.conftest import Lab, Maker
from tests.security.commandlines import Watch

pytestmark = pytest.mark.e2e

PASSWORD = "c4n4ry-pr0xy-pa55"  # noqa: S105
LOGIN = f"me:{PASSWORD}"
PORT = 3199
NETWORK = {"first_address": "192.168.66.101", "options": {"lxc__bridge_name": "vlxcbr66"}}
HERE = Path(__file__).parent


@contextmanager
def mirror(lab: Lab, folder: Path, port: int) -> Iterator[str]:
    """Run the tampering mirror and proxy at the real mirror's hostname; yield its HOST:PORT."""
    real = lab.document["mirrors"]["packages"]["url"]
    place = f"{urlsplit(real).hostname}:{port}"
    words = lab.words(sys.executable, str(HERE / "mirror.py"), place, real, str(folder))
    environment = {**lab.environment, "LOGIN": LOGIN}
    with subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"listening\n"
        yield place
        process.stdin.close()


def gpg(home: Path, *words: str) -> None:
    subprocess.run(["gpg", "--homedir", str(home), "--batch", "--yes", *words], check=True, capture_output=True)


def make_keys(folder: Path) -> None:
    """Make a valid but unrelated signing key for `other`, and an expired one for `expired`."""
    for kind, more in (("other", ()), ("expired", ("--faked-system-time", "20200101T000000"))):
        home = folder / f"gpg-{kind}"
        home.mkdir(mode=0o700)
        (folder / kind).mkdir()
        life = "1d" if kind == "expired" else "1y"
        gpg(home, *more, "--passphrase", "", "--quick-generate-key", f"{kind}@example.org", "rsa2048", "sign", life)
        gpg(home, "--armor", "--output", str(folder / kind / "Release.key"), "--export")


@pytest.fixture(scope="module")
def refusing(make: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, str, str]]:
    """Yield a lab whose `kubetui up` refused the repository's key, the mirror's HOST:PORT and the output of `up`."""
    folder = tmp_path_factory.mktemp("mirror")
    make_keys(folder)
    packages = {"fingerprint": "0" * 40}
    lab = make("lies", machines={"workers": 0}, network=NETWORK, mirrors={"packages": packages})
    with mirror(lab, folder, PORT - 1) as place:
        said = lab.kubetui("up", str(lab.profile), "--yes", check=False)
        yield lab, place, said
    lab.kubetui("destroy", lab.name, "--yes")


def on_machine(lab: Lab, command: Command) -> tuple[int, tuple[str, ...]]:
    """Run a step's script on the machine as a run does; return its exit status and output lines."""
    script = base64.b64encode(command.render().encode()).decode()
    lines = lab.on("kubmaster", f"echo {script} | base64 -d >/root/s; bash /root/s </dev/null 2>&1; echo ended $?")
    *output, end = lines.strip().splitlines()
    return int(end.split()[-1]), tuple(output)


def step(lab: Lab, which: Any, packages: dict[str, str]) -> Command:
    document = {**lab.document, "mirrors": {**lab.document["mirrors"], "packages": packages}}
    plan = Plan(Profile.model_validate(document))
    command = which.recipe(plan, plan.control_plane).apply
    assert isinstance(command, Command)
    return command


def test_a_key_with_the_wrong_fingerprint_stops_the_run(refusing: tuple[Lab, str, str]) -> None:
    lab, _, said = refusing
    assert "KEY-WRONG" in said
    assert "0000000000 is expected" in said
    assert "repository: failed" in said
    assert "kubelet" not in lab.on("kubmaster", "dpkg-query --show --showformat='${Package} ' 'kube*' || true")


@pytest.mark.parametrize(
    ("kind", "cause", "words"),
    [
        ("other", "KEY-MISSING", "not the one that belongs to it"),
        ("expired", "KEY-EXPIRED", "has expired"),
        ("resigned", "SIGNATURE-WRONG", "changed after it was signed"),
    ],
)
def test_a_repository_with_a_bad_signature_is_refused(
    refusing: tuple[Lab, str, str], kind: str, cause: str, words: str
) -> None:
    lab, place, _ = refusing
    url = f"http://{place}/{kind}/"
    code, lines = on_machine(lab, step(lab, PACKAGE_REPOSITORY, {"url": url, "key": f"{url}Release.key"}))
    found = diagnose(lines)
    assert code != 0, lines
    assert found.id == cause, lines
    assert words in found.message


def test_a_changed_package_is_refused(refusing: tuple[Lab, str, str]) -> None:
    lab, place, _ = refusing
    url = f"http://{place}/changed/"
    packages = {"url": url, "key": f"{url}Release.key"}
    code, lines = on_machine(lab, step(lab, PACKAGE_REPOSITORY, packages))
    assert code == 0, lines
    code, lines = on_machine(lab, step(lab, KUBERNETES_PACKAGES, packages))
    found = diagnose(lines)
    assert code != 0, lines
    assert found.id == "PACKAGE-CHANGED", lines
    assert "not the file that the repository signed" in found.message
    assert "kubelet" not in lab.on("kubmaster", "dpkg-query --show --showformat='${Package} ' 'kube*' || true")


def kept(folder: Path) -> dict[Path, str]:
    return {path: path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file()}


def test_planted_secrets_do_not_leak(make: Maker, tmp_path: Path) -> None:
    base = make("canary").document
    address = urlsplit(base["mirrors"]["packages"]["url"]).hostname
    proxy = f"http://me@{address}:{PORT}"
    lab = make(
        "canary",
        machines={"workers": 1},
        network={**NETWORK, "first_address": "192.168.66.111"},
        mirrors={"apt_proxy": proxy, "http_proxy": proxy, "no_proxy": [address]},
    )
    passwords = lab.state / "config" / "kubetui" / "credentials.yaml"
    passwords.parent.mkdir(parents=True, exist_ok=True)
    passwords.write_text(f'"{proxy}": "{PASSWORD}"\n')
    passwords.chmod(0o600)
    outputs = []
    with mirror(lab, tmp_path, PORT), Watch(pause=0.03) as watch:
        for words in (("up", str(lab.profile), "--yes", "--verbose"), ("up", str(lab.profile), "--yes", "--json")):
            done = subprocess.run(
                lab.words(*lab.command(*words)), env=lab.environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            outputs += [done.stdout, done.stderr]
    assert (tmp_path / "proxied").exists(), "the machines used the password"
    tokens = lab.on(
        "kubmaster", "KUBECONFIG=/etc/kubernetes/admin.conf kubeadm token list -o jsonpath='{.token}{\"\\n\"}'"
    )
    minted = re.findall(r"[a-z0-9]{6}\.[a-z0-9]{16}", tokens)
    assert minted, "a worker has joined with one of its own"
    config = yaml.safe_load((lab.folder / "kubeconfig").read_text())
    keys = [config["users"][0]["user"]["client-key-data"]]
    keys += [path.read_text().splitlines()[5] for path in lab.folder.glob(".vagrant/machines/*/*/private_key")]
    secrets = [PASSWORD, *minted, *(token.partition(".")[2] for token in minted), *keys]
    outputs += [lab.kubetui(*words) for words in (("plan", str(lab.profile)), ("plan", str(lab.profile), "--json"))]
    outputs += [lab.kubetui("status", lab.name, "--json"), lab.kubetui("doctor", str(lab.profile), check=False)]
    watch.assert_saw("kubeadm join")
    for secret in secrets:
        assert not [words for words in watch.seen if secret in words], "in a command line"
        assert not any(secret in output for output in outputs), "in what was printed"
        places = {path.name for path, text in kept(lab.folder).items() if secret in text}
        assert places <= {"kubeconfig", "private_key"}, places
    assert PASSWORD not in lab.profile.read_text()
    for machine in ("kubmaster", "kubnode1"):
        # sudo logs its command line, so the search words are in it only as base64
        encoded = base64.b64encode(f"{PASSWORD}\n".encode()).decode()
        known = f"words=$(base64 -d <<<{encoded})\n"
        look = known + 'grep -rlF -e "$words" /etc /run /tmp /root /home /var/log /var/lib/kubetui 2>/dev/null || true'
        found = set(lab.on(machine, look).split())
        assert found == {
            "/etc/apt/apt.conf.d/95kubetui",
            "/etc/systemd/system/containerd.service.d/20-kubetui-proxy.env",
            "/etc/systemd/system/kubelet.service.d/20-kubetui-proxy.env",
        }
        modes = lab.on(machine, f"stat --format=%a {' '.join(found)}").split()
        assert modes == ["600"] * 3
        told = known + 'systemctl show containerd kubelet | grep -cF -e "$words" || true'
        assert lab.on(machine, told).strip() == "0", "whoever asks systemd"
        running = known + "tr '\\0' '\\n' </proc/$(pidof containerd)/environ | grep -cF -e \"$words\" || true"
        assert lab.on(machine, running).strip() == "2", "containerd itself has it, for HTTP and HTTPS"
        assert (
            lab.on(machine, "ls -A /run/kubetui 2>/dev/null; ls /run/kubetui-*.yaml 2>/dev/null || true").strip() == ""
        )
        logged = known + 'journalctl --output=cat | grep -cF -e "$words" || true'
        assert lab.on(machine, logged).strip() == "0"


def test_vagrants_well_known_key_is_refused(make: Maker) -> None:
    """The run has already tried the key; this tries it with OpenSSH, too."""
    lab = make("canary")
    assert lab.folder.exists(), "the test before leaves its machines"
    home = Path.home() / ".vagrant.d"
    keys = [home / "insecure_private_key", *(home / "insecure_private_keys").glob("*")]
    report = lab.run("vagrant", "ssh-config", "kubmaster", cwd=lab.folder)
    host = re.search(r"HostName (\S+)", report)
    assert host
    for key in filter(Path.is_file, keys):
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes", "IdentitiesOnly=yes")
        words = [word for option in options for word in ("-o", option)]
        done = subprocess.run(
            lab.words("ssh", "-F", "none", *words, "-i", str(key), f"vagrant@{host[1]}", "true"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 255
        assert "Permission denied" in done.stderr
    lab.kubetui("destroy", lab.name, "--yes")
