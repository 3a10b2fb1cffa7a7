"""CRI-O's settings on a machine: its drop-in, the mirrors of registries, and their passwords."""

import json
import tomllib

import pytest

from kubetui.base.redaction import Secret
from kubetui.engine.step import WorkState
from kubetui.profile.credentials import Logins
from kubetui.profile.plan import Plan
from kubetui.software.runtimes.crio import CRIO
from tests.plans import plan
from tests.steps.box import IMAGES, Box, recipe, state

MIRRORS = {"ghcr.io": "http://10.0.3.1:5000", "docker.io": "https://mirror.example.org/docker"}


def wanting(**registries: str) -> Plan:
    return plan(workers=1, kubernetes={"runtime": "cri-o"}, mirrors={"registries": registries or MIRRORS})


@pytest.fixture
def machine(box: Box) -> Box:
    box.program("crio")
    box.program("kubeadm", IMAGES)
    box.program("systemctl", "[[ $1 != show ]] || date")
    return box


def test_the_drop_in_and_the_mirrors_are_written(machine: Box) -> None:
    own = machine.write("etc/crio/crio.conf.d/10-crio.conf", "[crio.image]\n")
    probe, apply = recipe("runtime-config", wanting())
    assert state(machine.run(probe)) is WorkState.ABSENT
    done = machine.run(apply)
    assert done.returncode == 0, done.stderr
    settings = tomllib.loads((machine.root / "etc/crio/crio.conf.d/99-kubetui.conf").read_text())
    assert settings["crio"] == {
        "network": {"plugin_dirs": ["/opt/cni/bin"]},
        "runtime": {"cgroup_manager": "systemd"},
        "image": {"pause_image": "registry.k8s.io/pause:3.10"},
    }
    assert own.read_text() == "[crio.image]\n"
    folder = machine.root / "etc/containers/registries.conf.d"
    found = {each.name: tomllib.loads(each.read_text())["registry"] for each in folder.iterdir()}
    assert found == {
        "50-kubetui-ghcr.io.conf": [
            {"prefix": "ghcr.io", "location": "ghcr.io", "mirror": [{"location": "10.0.3.1:5000", "insecure": True}]}
        ],
        "50-kubetui-docker.io.conf": [
            {"prefix": "docker.io", "location": "docker.io", "mirror": [{"location": "mirror.example.org/docker"}]}
        ],
    }
    assert not (machine.root / "etc/crio/kubetui-auth.json").exists()
    assert machine.called("systemctl")[:2] == ["systemctl enable crio", "systemctl restart crio"]
    assert state(machine.run(probe)) is WorkState.DONE


@pytest.mark.parametrize(("registry", "url"), MIRRORS.items())
def test_a_mirrors_file_is_taught_as_it_is_written(machine: Box, registry: str, url: str) -> None:
    assert CRIO.mirror
    machine.run(recipe("runtime-config", wanting(**{registry: url}))[1])
    path, content = CRIO.mirror(registry, url)
    assert (machine.root / path[1:]).read_text() == f"{content}\n"


def test_passwords_are_in_a_file_for_root_alone(machine: Box) -> None:
    made = wanting(**{"ghcr.io": "https://me@mirror.example.org", "docker.io": "http://10.0.3.1:5000"})
    logins = Logins({"mirror.example.org": Secret("geheim")})
    probe, apply = recipe("runtime-config", Plan(made.profile, logins=logins))
    done = machine.run(apply)
    assert done.returncode == 0, done.stderr
    file = machine.root / "etc/crio/kubetui-auth.json"
    assert json.loads(file.read_text()) == {"auths": {"mirror.example.org": {"auth": "bWU6Z2VoZWlt"}}}
    assert file.stat().st_mode & 0o777 == 0o600
    settings = tomllib.loads((machine.root / "etc/crio/crio.conf.d/99-kubetui.conf").read_text())
    assert settings["crio"]["image"]["global_auth_file"].endswith("/etc/crio/kubetui-auth.json")
    assert "bWU6" not in "".join(machine.told()) + done.stdout
    assert state(machine.run(probe)) is WorkState.DONE
    file.write_text("{}\n")
    assert state(machine.run(probe)) is WorkState.ABSENT


@pytest.mark.parametrize(
    ("name", "text", "works"),
    [
        ("99-zebra.conf", 'cgroup_manager = "cgroupfs"', False),
        ("99-zebra.conf", "log_level = 'debug'", True),
        ("50-own.conf", 'cgroup_manager = "cgroupfs"', True),
    ],
)
def test_a_later_drop_in_that_changes_what_kubernetes_needs_is_named(
    machine: Box, name: str, text: str, *, works: bool
) -> None:
    file = machine.write(f"etc/crio/crio.conf.d/{name}", f"[crio.runtime]\n{text}\n")
    done = machine.run(recipe("runtime-config", wanting())[1])
    assert (done.returncode == 0) is works
    if not works:
        assert (
            done.stderr
            == f"error: {file} comes after 99-kubetui.conf and changes what Kubernetes needs: move it away\n"
        )
        assert machine.called("systemctl") == []


@pytest.mark.parametrize(
    ("version", "found"), [("1.37.0-1.1", WorkState.DONE), ("1.36.3-1.1", WorkState.PARTIAL), ("", WorkState.ABSENT)]
)
def test_it_has_to_be_of_kubernetes_minor_version(box: Box, version: str, found: WorkState) -> None:
    made = plan("1.37", kubernetes={"runtime": "cri-o"})
    key = box.write("etc/apt/keyrings/cri-o-apt-keyring.gpg", "key")
    url = "https://download.opensuse.org/repositories/isv:/cri-o:/stable:/v1.37/deb/"
    box.write("etc/apt/sources.list.d/cri-o.list", f"deb [signed-by={key}] {url} /\n")
    box.program("gpg")
    say = f'case $2 in *Version*) echo "ii  {version}" ;; *) echo -n installed ;; esac'
    box.program("dpkg-query", f"[[ $1 == --listfiles ]] || {say}" if version else "exit 1")
    done = box.run(recipe("runtime", made)[0])
    assert state(done) is found, done.stdout
    if found is WorkState.PARTIAL:
        assert done.stdout == "cri-o 1.36.3-1.1 is too old: Kubernetes 1.37 needs 1.37\n"
