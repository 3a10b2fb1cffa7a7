"""Where the container runtime comes from: the system's package or its project's, decided on the machine."""

import pytest

from kubetui.engine.step import WorkState
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.plans import plan
from tests.steps.box import Box, recipe, state

DOCKER = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
LINE = "deb [signed-by={key}] {url} {release} stable\n"

# a file for each installed package, with its version in it; a file for each package that a repository offers
DPKG_QUERY = """
format=${2#*=} name=${3-}
if [[ -z $name ]]; then for each in "$ROOT"/have/*; do echo "installed ${each##*/}"; done; exit; fi
[[ -e $ROOT/have/$name ]] || exit 1
case $format in *Version*) echo "ii  $(<"$ROOT/have/$name")" ;; *Abbrev*) echo 'ii ' ;; *) echo -n installed ;; esac
"""
APT_GET = """
LIST=$ROOT/etc/apt/sources.list.d/containerd.list
name=${!#}
case $* in
  *update*) [[ ! -e $LIST ]] || echo 2.4.2-1~debian.13~trixie >"$ROOT/offer/containerd.io" ;;
  *install*) [[ -e $ROOT/offer/$name ]] || { echo "E: Unable to locate package $name"; exit 100; }
    rm -f "$ROOT"/have/containerd*
    cp "$ROOT/offer/$name" "$ROOT/have/$name" ;;
esac
"""
APT_CACHE = """
candidate=$(cat "$ROOT/offer/$2" 2>/dev/null || echo '(none)')
printf '%s:\\n  Installed: (none)\\n  Candidate: %s\\n' "$2" "$candidate"
"""
CURL = 'echo "${!#}" >"$ROOT/asked"; while [[ $1 != --output ]]; do shift; done; echo key >"$2"'
GPG = """case $* in
  *--show-keys*) printf 'pub:-:255:22:1:1:2::-:\\nfpr:::::::::%s:\\n' $KEYS ;;
  *) while [[ $1 != --output ]]; do shift; done; echo dearmored >"$2" ;;
esac"""

OLD, NEW = "1.7.24~ds1-6+b4", "2.2.1-0ubuntu1"


@pytest.fixture
def machine(box: Box) -> Box:
    """Return a fresh Debian machine whose system offers containerd 1.7."""
    (box.root / "have").mkdir()
    box.write("have/base", "1")
    box.write("offer/containerd", f"{OLD}\n")
    box.write("etc/os-release", "ID=debian\nVERSION_CODENAME=trixie\nPRETTY_NAME='Debian 13'\n")
    for name, body in {"dpkg-query": DPKG_QUERY, "apt-get": APT_GET, "apt-cache": APT_CACHE, "curl": CURL}.items():
        box.program(name, body)
    box.program("dpkg")
    box.program("gpg", f"KEYS={DOCKER}\n{GPG}")
    return box


def wanting(source: str, version: str = "1.37", **mirrors: object) -> Plan:
    return plan(version, kubernetes={"runtime_packages": source}, mirrors=mirrors)


def runtimes(machine: Box) -> dict[str, str]:
    """Return the installed packages of containerd, and their versions."""
    return {each.name: each.read_text().strip() for each in (machine.root / "have").glob("containerd*")}


@pytest.mark.parametrize(
    ("source", "version", "offered", "taken"),
    [
        ("auto", "1.37", OLD, "containerd"),
        ("auto", "1.38", OLD, "containerd.io"),
        ("auto", "1.38", NEW, "containerd"),
        ("auto", "1.37", None, "containerd.io"),
        ("distribution", "1.37", OLD, "containerd"),
        ("distribution", "1.38", NEW, "containerd"),
        ("upstream", "1.31", NEW, "containerd.io"),
        ("upstream", "1.38", OLD, "containerd.io"),
    ],
)
def test_a_fresh_machine_gets_the_package_that_the_profile_and_the_version_want(
    machine: Box, source: str, version: str, offered: str | None, taken: str
) -> None:
    if offered is None:
        (machine.root / "offer/containerd").unlink()
    else:
        machine.write("offer/containerd", f"{offered}\n")
    probe, apply = recipe("runtime", wanting(source, version))
    assert state(machine.run(probe)) is WorkState.ABSENT
    done = machine.run(apply)
    assert done.returncode == 0, done.stderr
    assert list(runtimes(machine)) == [taken]
    assert state(machine.run(probe)) is WorkState.DONE
    assert (machine.root / "etc/apt/sources.list.d/containerd.list").exists() is (taken == "containerd.io")
    assert ("is installed instead" in done.stdout) is (source == "auto" and taken == "containerd.io")


def test_a_distribution_that_is_too_old_is_refused_before_anything_is_installed(machine: Box) -> None:
    done = machine.run(recipe("runtime", wanting("distribution", "1.38"))[1])
    assert done.returncode == 1
    assert done.stderr == (
        f"error: this system offers containerd {OLD}, and Kubernetes 1.38 needs 2.0. "
        "Put runtime_packages: auto in the profile, and containerd.io is installed instead.\n"
    )
    assert runtimes(machine) == {}


@pytest.mark.parametrize(
    ("source", "version", "installed", "found"),
    [
        ("auto", "1.37", {"containerd": OLD}, WorkState.DONE),
        ("auto", "1.38", {"containerd": OLD}, WorkState.PARTIAL),
        ("auto", "1.38", {"containerd": NEW}, WorkState.DONE),
        ("auto", "1.38", {"containerd.io": "1.7.27-1"}, WorkState.PARTIAL),
        ("distribution", "1.37", {"containerd.io": "2.4.2-1"}, WorkState.DONE),
        ("upstream", "1.37", {"containerd": NEW}, WorkState.PARTIAL),
        ("upstream", "1.37", {"containerd.io": "2.4.2-1"}, WorkState.DONE),
    ],
)
def test_an_installed_runtime_stays_where_it_suits(
    machine: Box, source: str, version: str, installed: dict[str, str], found: WorkState
) -> None:
    for name, text in installed.items():
        machine.write(f"have/{name}", f"{text}\n")
    probe, apply = recipe("runtime", wanting(source, version))
    assert state(machine.run(probe)) is found
    if found is not WorkState.DONE:
        done = machine.run(apply)
        assert done.returncode == 0, done.stderr
        assert runtimes(machine) == {"containerd.io": "2.4.2-1~debian.13~trixie"}
        assert state(machine.run(probe)) is WorkState.DONE


EXISTING = {"provider": "hosts", "hosts": [{"name": "m1", "role": "control plane", "address": "10.0.0.10"}]}


@pytest.mark.parametrize("living", [False, True], ids=["somebody's own machine", "a node of a cluster"])
def test_a_runtime_that_others_may_use_is_never_exchanged(machine: Box, *, living: bool) -> None:
    machine.write("have/containerd", f"{OLD}\n")
    if living:
        machine.write("etc/kubernetes/kubelet.conf", "")
    base = {} if living else EXISTING
    for version, found in (("1.37", WorkState.DONE), ("1.38", WorkState.PARTIAL)):
        kubernetes = {"version": version, "runtime_packages": "upstream"}
        probe, apply = recipe("runtime", Plan(Profile.model_validate({**base, "kubernetes": kubernetes})))
        assert state(machine.run(probe)) is found
    done = machine.run(apply)
    assert done.returncode == 1
    assert f"error: containerd {OLD} is installed, and kubetui exchanges no runtime" in done.stderr
    assert runtimes(machine) == {"containerd": OLD}


@pytest.mark.parametrize(
    ("release", "place"),
    [
        ("ID=debian\nVERSION_CODENAME=trixie", ("debian", "trixie")),
        ("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble", ("ubuntu", "noble")),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=zara\nUBUNTU_CODENAME=noble', ("ubuntu", "noble")),
        ("ID=linuxmint\nID_LIKE=debian\nVERSION_CODENAME=gigi\nDEBIAN_CODENAME=trixie", ("debian", "trixie")),
    ],
    ids=["Debian", "Ubuntu", "Mint", "Mint from Debian"],
)
def test_dockers_repository_is_the_one_for_the_machines_system(
    machine: Box, release: str, place: tuple[str, str]
) -> None:
    machine.write("etc/os-release", f"PRETTY_NAME=x\n{release}\n")
    done = machine.run(recipe("runtime", wanting("upstream"))[1])
    assert done.returncode == 0, done.stderr
    url = f"https://download.docker.com/linux/{place[0]}"
    assert (machine.root / "asked").read_text() == f"{url}/gpg\n"
    key = machine.root / "etc/apt/keyrings/containerd-apt-keyring.gpg"
    expected = LINE.format(key=key, url=url, release=place[1])
    assert (machine.root / "etc/apt/sources.list.d/containerd.list").read_text() == expected


@pytest.mark.parametrize("other", ["rhel", "arch"])
def test_a_system_that_docker_has_no_packages_for_is_named(machine: Box, other: str) -> None:
    machine.write("etc/os-release", f"ID={other}\nPRETTY_NAME=Other\n")
    done = machine.run(recipe("runtime", wanting("upstream"))[1])
    assert (done.returncode, runtimes(machine)) == (1, {})
    assert done.stderr == "error: Other is neither Debian nor Ubuntu, nor does it derive from them\n"


OWN = "B" * 40


@pytest.mark.parametrize(
    ("mirror", "keys", "words"),
    [
        ({}, DOCKER, ""),
        ({}, OWN, f"is {OWN}, and {DOCKER} is expected"),
        ({}, f"{DOCKER} {OWN}", f"comes with other keys, and only {DOCKER} is expected"),
        ({"key": "http://m/own"}, OWN, ""),
        ({"key": "http://m/own", "fingerprint": DOCKER}, OWN, f"{DOCKER} is expected"),
        ({"fingerprint": OWN}, DOCKER, f"{OWN} is expected"),
    ],
    ids=["Docker's", "another", "two", "a mirror's own", "not the mirror's", "not the one named"],
)
def test_a_mirror_is_signed_by_docker_unless_it_names_a_key(
    machine: Box, mirror: dict[str, str], keys: str, words: str
) -> None:
    machine.program("gpg", f"KEYS='{keys}'\n{GPG}")
    made = wanting("upstream", containerd={"url": "http://m/linux/{id}", **mirror})
    done = machine.run(recipe("runtime", made)[1])
    asked = mirror.get("key", "http://m/linux/debian/gpg")
    assert (machine.root / "asked").read_text() == f"{asked}\n"
    assert done.returncode == (1 if words else 0), done.stderr
    assert words in done.stderr
    listed = machine.root / "etc/apt/sources.list.d/containerd.list"
    if words:
        assert not listed.exists()
        assert runtimes(machine) == {}
    else:
        assert "http://m/linux/debian trixie stable" in listed.read_text()


def test_a_repository_that_the_machine_has_already_is_left_alone(machine: Box) -> None:
    machine.write("offer/containerd.io", "2.3.4-1~debian.13~trixie\n")
    assert machine.run(recipe("runtime", wanting("upstream"))[1]).returncode == 0
    assert runtimes(machine) == {"containerd.io": "2.3.4-1~debian.13~trixie"}
    assert not (machine.root / "etc/apt/sources.list.d").exists()
    # its own list is written anew: the profile may name another mirror now
    (machine.root / "have/containerd.io").unlink()
    machine.write("etc/apt/keyrings/containerd-apt-keyring.gpg", "x")
    assert machine.run(recipe("runtime", wanting("upstream"))[1]).returncode == 0
    assert (machine.root / "etc/apt/sources.list.d/containerd.list").exists()
