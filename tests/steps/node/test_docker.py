"""Docker and cri-dockerd on a machine: the archive, Docker's settings, and what the machine's owner had there."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from kubetui.engine.step import WorkState
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command
from tests.plans import plan
from tests.steps.box import IMAGES, Box, recipe, state

URL = "http://mirror/cri-dockerd.tgz"
CURL = """
while [[ $1 != --output ]]; do shift; done
cp "$ROOT/served" "$2"
"""
HAS_CONTAINERD = """
[[ $* == *containerd ]] || exit 1
case ${2-} in *Version*) echo "ii  1.7.24" ;; *) echo -n installed ;; esac
"""
REGISTRIES = {"docker.io": "http://10.0.3.1:5000", "ghcr.io": "http://10.0.3.1:5000"}


def wanting(sha256: str = "0" * 64, url: str = URL, **mirrors: object) -> Plan:
    return plan(
        workers=1,
        kubernetes={"runtime": "docker"},
        mirrors={"cri_dockerd": {"url": url, "sha256": sha256}, "registries": REGISTRIES, **mirrors},
    )


def local(box: Box, command: Command) -> Command:
    """Return a command that installs programs in the box and not on this host."""
    script = command.script.replace("/usr/local/bin", str(box.root / "bin"))
    return Command(script.replace("room /usr", f"room {box.root}"), command.values)


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    folder = tmp_path / "packed" / "cri-dockerd"
    folder.mkdir(parents=True)
    program = folder / "cri-dockerd"
    program.write_text("#!/bin/bash\necho cri-dockerd 0.4.3 '(abcdef)'\n")
    program.chmod(0o755)
    subprocess.run(["tar", "-C", folder.parent, "-czf", tmp_path / "x.tgz", "cri-dockerd"], check=True)
    return (tmp_path / "x.tgz").read_bytes()


@pytest.fixture
def machine(box: Box, archive: bytes) -> Box:
    """Return a machine that has Docker already, and reaches a mirror of cri-dockerd."""
    (box.root / "bin").mkdir()
    (box.root / "served").write_bytes(archive)
    box.write("etc/os-release", "ID=debian\nVERSION_CODENAME=trixie\n")
    box.program("curl", CURL)
    box.program("dockerd")
    box.program("gpg", "printf 'pub:-:255:22:1:1:2::-:\\nfpr:::::::::9DC858229FC7DD38854AE2D88D81803C0EBFCD88:\\n'")
    for name in ("apt-get", "dpkg", "apt-cache"):
        box.program(name)
    box.program(
        "dpkg-query",
        'case ${2-} in *Version*) echo "ii  5:29.0.1-1" ;; *) [[ $1 == --show ]] && echo -n installed ;; esac; true',
    )
    return box


def test_cri_dockerd_comes_from_an_archive_with_the_right_checksum(machine: Box, archive: bytes) -> None:
    probe, apply = (local(machine, each) for each in recipe("runtime", wanting(hashlib.sha256(archive).hexdigest())))
    assert state(machine.run(probe)) is WorkState.ABSENT
    done = machine.run(apply)
    assert done.returncode == 0, done.stderr
    (call,) = (each for each in machine.called("curl") if URL in each)
    assert call.endswith(f"--output {machine.root}/var/lib/kubetui/cri-dockerd/cri-dockerd.tgz {URL}")
    assert (machine.root / "bin/cri-dockerd").stat().st_mode & 0o777 == 0o755
    assert not (machine.root / "var/lib/kubetui/cri-dockerd").exists()
    assert state(machine.run(probe)) is WorkState.DONE


@pytest.mark.parametrize(
    ("served", "said"),
    [
        (None, f"error: {URL} has the SHA-256 "),
        (b"", f"error: {URL} has the SHA-256 {hashlib.sha256().hexdigest()}, and {'0' * 64} is expected"),
    ],
    ids=["another", "empty"],
)
def test_nothing_is_installed_from_any_other_archive(machine: Box, served: bytes | None, said: str) -> None:
    if served is not None:
        (machine.root / "served").write_bytes(served)
    done = machine.run(local(machine, recipe("runtime", wanting())[1]))
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert not (machine.root / "bin/cri-dockerd").exists()
    assert machine.called("apt-get") == []


def test_an_archive_that_is_none_is_named(machine: Box) -> None:
    (machine.root / "served").write_bytes(b"<html>")
    done = machine.run(local(machine, recipe("runtime", wanting(hashlib.sha256(b"<html>").hexdigest()))[1]))
    assert done.returncode == 1
    assert f"error: {URL} is not a gzipped tar archive" in done.stderr


def test_a_mirror_that_does_not_answer_is_named_without_its_password(machine: Box) -> None:
    machine.program("curl", "exit 22")
    done = machine.run(local(machine, recipe("runtime", wanting(url="http://me@mirror/x.tgz"))[1]))
    assert done.returncode == 1
    assert "error: cri-dockerd cannot be fetched from http://<user and password>@mirror/x.tgz" in done.stderr


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("echo cri-dockerd 0.4.3", WorkState.DONE),
        ("echo cri-dockerd 0.3.4", WorkState.PARTIAL),
        ("exit 126", WorkState.PARTIAL),
        ("", WorkState.PARTIAL),
    ],
    ids=["recent", "old", "broken", "silent"],
)
def test_a_program_that_does_not_run_or_is_too_old_is_replaced(machine: Box, body: str, found: WorkState) -> None:
    program = machine.write("bin/cri-dockerd", f"#!/bin/bash\n{body}\n")
    program.chmod(0o755)
    assert state(machine.run(local(machine, recipe("runtime", wanting())[0]))) is found


@pytest.mark.parametrize(
    ("version", "found"),
    [("5:29.0.1-1~debian.12~bookworm", WorkState.DONE), ("20.10.24+dfsg1-1", WorkState.PARTIAL)],
)
def test_docker_has_to_be_recent_and_an_epoch_is_no_version(machine: Box, version: str, found: WorkState) -> None:
    machine.program(
        "dpkg-query",
        f'case ${{2-}} in *Version*) echo "ii  {version}" ;; *) [[ $1 == --show ]] && echo -n installed ;; esac; true',
    )
    machine.write("bin/cri-dockerd", "#!/bin/bash\necho 0.4.3\n").chmod(0o755)
    assert state(machine.run(local(machine, recipe("runtime", wanting())[0]))) is found


HOSTS = {"provider": "hosts", "hosts": [{"name": "m1", "role": "control plane", "address": "10.0.0.10"}]}


@pytest.mark.parametrize(
    ("source", "offered", "existing", "refused"),
    [
        ("auto", "20.10.24", True, True),
        ("auto", "26.1.5", True, False),
        ("upstream", "26.1.5", True, True),
        ("distribution", "20.10.24", True, False),
        ("upstream", "26.1.5", False, False),
    ],
)
def test_somebodys_containerd_is_not_replaced(
    machine: Box, archive: bytes, source: str, offered: str, *, existing: bool, refused: bool
) -> None:
    made = wanting(hashlib.sha256(archive).hexdigest())
    kubernetes = {"runtime": "docker", "runtime_packages": source}
    base = HOSTS if existing else {}
    profile = Profile.model_validate({**base, "kubernetes": kubernetes, "mirrors": made.profile.mirrors.model_dump()})
    machine.program("dpkg-query", HAS_CONTAINERD)
    machine.program("apt-cache", f"echo '  Candidate: {offered}'")
    machine.write("run/kubetui-apt", "")
    done = machine.run(local(machine, recipe("runtime", Plan(profile))[1]))
    assert ("containerd 1.7.24 is installed, and Docker's own packages would take its place" in done.stderr) is refused
    assert not refused or machine.called("apt-get") == []


@pytest.fixture
def docker(box: Box) -> Box:
    """Return a machine with Docker, cri-dockerd and kubeadm installed."""
    (box.root / "bin").mkdir()
    box.write("bin/cri-dockerd", "").chmod(0o755)
    box.program("dockerd")
    box.program("kubeadm", IMAGES)
    box.program("systemctl", "[[ $1 != show ]] || date")
    return box


def test_docker_and_its_adapter_are_configured(docker: Box) -> None:
    made = wanting(http_proxy="http://proxy:3128")
    probe, apply = (local(docker, each) for each in recipe("runtime-config", made))
    assert state(docker.run(probe)) is WorkState.ABSENT
    done = docker.run(apply)
    assert done.returncode == 0, done.stderr
    settings = json.loads((docker.root / "etc/docker/daemon.json").read_text())
    assert settings["exec-opts"] == ["native.cgroupdriver=systemd"]
    assert settings["registry-mirrors"] == ["http://10.0.3.1:5000"]
    assert settings["insecure-registries"] == ["10.0.3.1:5000"]
    units = docker.root / "etc/systemd/system"
    drop_in = (units / "cri-docker.service.d/90-kubetui.conf").read_text()
    assert "\nExecStart=\n" in drop_in
    assert "--pod-infra-container-image=registry.k8s.io/pause:3.10\n" in drop_in
    assert "--streaming-bind-addr=127.0.0.1:0 " in drop_in
    assert "ListenStream=%t/cri-dockerd.sock" in (units / "cri-docker.socket").read_text()
    for name in ("docker", "cri-docker"):
        assert "HTTP_PROXY=http://proxy:3128" in (units / f"{name}.service.d/20-kubetui-proxy.env").read_text()
    assert (docker.root / "etc/crictl.yaml").read_text().startswith("runtime-endpoint: unix:///run/cri-dockerd.sock\n")
    calls = docker.called("systemctl")
    assert calls.index("systemctl enable docker cri-docker.socket") < calls.index("systemctl restart cri-docker")
    assert state(docker.run(probe)) is WorkState.DONE


def test_docker_is_restarted_only_if_it_has_not_read_its_settings(docker: Box) -> None:
    _, apply = (local(docker, each) for each in recipe("runtime-config", wanting()))
    docker.program("systemctl", "[[ $1 != show ]] || date --date='1 hour ago'")
    assert docker.run(apply).returncode == 0
    assert "systemctl restart docker" in docker.called("systemctl")
    docker.program("systemctl", "[[ $1 != show ]] || date --date='1 hour'")
    assert docker.run(apply).returncode == 0
    assert "systemctl restart docker" not in docker.called("systemctl")


def test_a_docker_that_does_not_start_says_why(docker: Box) -> None:
    docker.program("systemctl", "[[ $1 != is-active && $* != 'restart docker' ]]")
    docker.program("journalctl", "echo unable to configure the Docker daemon")
    done = docker.run(local(docker, recipe("runtime-config", wanting())[1]))
    assert done.returncode == 1
    assert "unable to configure the Docker daemon" in done.stdout
    assert "error: docker does not start with" in done.stderr


ENOUGH = """{"dns": ["9.9.9.9"], "registry-mirrors": ["http://10.0.3.1:5000/"],
  "insecure-registries" : [ "10.0.3.1:5000" ], "exec-opts": ["native.cgroupdriver=systemd"]}
"""


@pytest.mark.parametrize(
    ("theirs", "lack"),
    [
        (ENOUGH, ""),
        (ENOUGH.replace("=systemd", "=cgroupfs"), "native.cgroupdriver=systemd"),
        (ENOUGH.replace('"10.0.3.1:5000"', ""), "10.0.3.1:5000"),
        ("{}", "native.cgroupdriver=systemd http://10.0.3.1:5000 10.0.3.1:5000"),
    ],
    ids=["enough", "another driver", "no registry", "nothing"],
)
def test_settings_of_the_machines_owner_stay_and_have_to_do(docker: Box, theirs: str, lack: str) -> None:
    file = docker.write("etc/docker/daemon.json", theirs)
    probe, apply = (local(docker, each) for each in recipe("runtime-config", wanting()))
    done = docker.run(apply)
    assert file.read_text() == theirs
    if lack:
        assert done.returncode == 1
        assert f"daemon.json is not kubetui's, and lacks {lack}: add that" in done.stderr
        assert docker.called("systemctl") == []
    else:
        assert done.returncode == 0, done.stderr
    assert (state(docker.run(probe)) is WorkState.DONE) is (not lack)


@pytest.mark.parametrize("found", ['{"exec-opts": []}\n', "\n", ENOUGH], ids=["former", "emptied", "edited"])
def test_what_kubetui_itself_wrote_is_replaced(docker: Box, found: str) -> None:
    docker.write("etc/docker/daemon.json", found)
    docker.write("var/lib/kubetui/daemon.json", '{"exec-opts": []}\n')
    assert state(docker.run(local(docker, recipe("runtime-config", wanting())[0]))) is WorkState.ABSENT
    assert docker.run(local(docker, recipe("runtime-config", wanting())[1])).returncode == 0
    assert "native.cgroupdriver" in (docker.root / "etc/docker/daemon.json").read_text()


@pytest.mark.parametrize(("name", "works"), [("99-own.conf", False), ("10-cni.conf", True)])
def test_a_drop_in_that_starts_cri_dockerd_otherwise_is_named(docker: Box, name: str, *, works: bool) -> None:
    file = docker.write(f"etc/systemd/system/cri-docker.service.d/{name}", "[Service]\nExecStart=\nExecStart=/x\n")
    done = docker.run(local(docker, recipe("runtime-config", wanting())[1]))
    assert (done.returncode == 0) is works
    if not works:
        assert done.stderr == f"error: {file} starts cri-dockerd in another way: move it away\n"
