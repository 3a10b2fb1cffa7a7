"""dnf's library in a real bash, with stand-ins for rpm and dnf: versions 4 and 5, holds, repositories, the ledger."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kubetui.engine.step import WorkState
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.software.packages.dnf import DNF, EXCLUDED
from tests.plans import plan
from tests.steps.box import Box, recipe, state

MADE = "dnf makecache --assumeyes --repo=kubernetes"
RPM = """
case $* in
  *--all*) cat "$ROOT/packages" ;;
  *--list*) cat "$ROOT/listed" 2>/dev/null ;;
  *VERSION*) [[ -e $ROOT/version ]] && cat "$ROOT/version" ;;
esac
"""
DNF_4 = """
case $* in
  --version) echo 4.14.0 ;;
  *makecache*) [[ ! -e $ROOT/broken ]] ;;
esac
"""


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path)
    made.write("packages", "bash 5.1 1\n")
    made.write("etc/os-release", "ID=almalinux\nID_LIKE='rhel centos fedora'\nVERSION_ID=10.1\nPRETTY_NAME=Alma\n")
    made.write("etc/dnf/dnf.conf", "[main]\n")
    made.write("run/kubetui-dnf", "")
    for name, body in {"rpm": RPM, "dnf": DNF_4, "uname": "echo x86_64", "gpg": ""}.items():
        made.program(name, body)
    return made


def library(box: Box, script: str) -> str:
    done = box.run(Command(f"{DNF.library}{script}\n"))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("version", "option"),
    [("4.14.0", "--disableexcludes=kubernetes"), ("dnf5 version 5.2.13.0", "--setopt=disable_excludes=kubernetes")],
)
def test_the_exclusion_is_lifted_as_this_version_of_dnf_spells_it(box: Box, version: str, option: str) -> None:
    box.program("dnf", f"[[ $* != --version ]] || echo '{version}'")
    library(box, "install_pinned 'kubelet=1.37.2-*' kubernetes-cni")
    (call,) = [each for each in box.called("dnf") if "install" in each]
    assert call == f"dnf install --assumeyes --setopt=install_weak_deps=False {option} kubelet-1.37.2-* kubernetes-cni"


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("etc/yum.repos.d/kubernetes.repo", f"exclude={EXCLUDED}"),
        ("etc/yum.repos.d/other.repo", "excludepkgs = kubeadm, kubelet"),
        ("etc/dnf/dnf.conf", "exclude=kubelet"),
        ("etc/dnf/plugins/versionlock.list", "kubelet-0:1.37.2-150500.1.1.*"),
    ],
)
def test_a_package_is_held_by_whatever_keeps_it_from_upgrades(box: Box, file: str, line: str) -> None:
    box.write("etc/yum.repos.d/rocky.repo", "[baseos]\nenabled=1\n")
    assert box.run(Command(f"{DNF.library}held kubelet\n")).returncode != 0
    box.write(file, f"{line}\n")
    assert box.run(Command(f"{DNF.library}held kubelet\n")).returncode == 0


def test_a_hold_that_somebody_took_away_comes_back(box: Box) -> None:
    file = box.write("etc/yum.repos.d/kubernetes.repo", "[kubernetes]\nexclude=\n")
    library(box, "hold kubelet kubeadm")
    assert file.read_text() == f"[kubernetes]\nexclude={EXCLUDED}\n"


def test_a_repository_has_its_key_and_keeps_kubernetes_from_upgrades(box: Box) -> None:
    box.write("run/key", "key\n")
    library(box, "mkdir -p /etc/pki/rpm-gpg; add_repository kubernetes http://m/rpm/ /run/key")
    file = box.root / "etc/yum.repos.d/kubernetes.repo"
    key = box.root / "etc/pki/rpm-gpg/RPM-GPG-KEY-kubernetes"
    lines = file.read_text().splitlines()
    assert lines[0] == "[kubernetes]"
    assert {"baseurl=http://m/rpm/", "gpgcheck=1", "repo_gpgcheck=1"} <= set(lines)
    assert {f"gpgkey=file://{key}", f"exclude={EXCLUDED}"} <= set(lines)
    assert [call for call in box.called("dnf") if "makecache" in call] == [
        "dnf makecache --assumeyes --repo=kubernetes"
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    found = box.run(Command(f"{DNF.library}find_repository kubernetes http://m/rpm/\n"))
    assert state(found) is WorkState.DONE, found.stdout
    box.shell("sed -i s/repo_gpgcheck=1/repo_gpgcheck=0/ etc/yum.repos.d/kubernetes.repo")
    found = box.run(Command(f"{DNF.library}find_repository kubernetes http://m/rpm/\n"))
    assert state(found) is WorkState.ABSENT


def test_a_repository_with_a_password_is_for_root_only(box: Box) -> None:
    box.write("run/key", "key\n")
    library(box, "mkdir -p /etc/pki/rpm-gpg; add_repository kubernetes http://me:pass@m/rpm/ /run/key")
    assert stat.S_IMODE((box.root / "etc/yum.repos.d/kubernetes.repo").stat().st_mode) == 0o600
    assert "pass" not in "\n".join(box.told())


def test_a_repository_with_parts_has_the_machines_release_and_processor(box: Box) -> None:
    box.write("run/key", "key\n")
    located = library(box, "located 'https://download.docker.com/linux/{id}'").strip()
    assert located == "https://download.docker.com/linux/rhel"
    library(box, f"mkdir -p /etc/pki/rpm-gpg; add_repository containerd {located} /run/key stable")
    text = (box.root / "etc/yum.repos.d/containerd.repo").read_text()
    assert "baseurl=https://download.docker.com/linux/rhel/10/x86_64/stable\n" in text
    assert "exclude" not in text
    assert "repo_gpgcheck" not in text


@pytest.mark.parametrize(("id_", "like", "name"), [("fedora", "", "fedora"), ("centos", "rhel fedora", "centos")])
def test_a_system_goes_by_its_own_name_where_docker_knows_it(box: Box, id_: str, like: str, name: str) -> None:
    box.write("etc/os-release", f"ID={id_}\nID_LIKE='{like}'\nVERSION_ID=43\nPRETTY_NAME=x\n")
    assert library(box, "located 'x/{id}'").strip() == f"x/{name}"


def test_packages_and_keys_that_came_are_in_the_ledger(box: Box) -> None:
    box.write("packages", "")
    box.program("dnf", "printf 'socat 1.8 1\\ngpg-pubkey 27fd18f6 6b0ae31d\\n' >\"$ROOT/packages\"")
    library(box, "install socat")
    assert (box.root / "var/lib/kubetui/packages").read_text() == "gpg-pubkey-27fd18f6-6b0ae31d\nsocat\n"
    box.called("rpm")
    library(box, "remove socat gpg-pubkey-27fd18f6-6b0ae31d")
    assert box.called("rpm")[-1] == "rpm --erase gpg-pubkey-27fd18f6-6b0ae31d"


def test_a_program_that_somebody_deleted_is_found_and_brought_back(box: Box) -> None:
    box.write("version", "1.36.1-150500.1.1\n")
    box.write("listed", f"{box.root}/usr/bin/kubelet\n{box.root}/usr/share/doc\n")
    probe, _ = recipe("kubernetes", plan(workers=1, machines={"packages": "dnf"}))
    box.write("etc/yum.repos.d/kubernetes.repo", f"exclude={EXCLUDED}\n")
    done = box.run(probe)
    assert (state(done), done.stdout) == (WorkState.PARTIAL, f"{box.root}/usr/bin/kubelet is gone\n")
    library(box, "install_pinned 'kubelet=1.36.*'")
    assert box.called("dnf")[-1] == "dnf reinstall --assumeyes --disableexcludes=kubernetes kubelet"


def test_the_proxy_is_in_the_environment_of_dnf_and_in_no_command_line(box: Box) -> None:
    box.write("etc/dnf/kubetui-proxy.env", "http_proxy='http://me:p%40ss@proxy:3128'\n")
    box.program("dnf", 'echo "$http_proxy" >"$ROOT/seen"')
    library(box, "dnf makecache")
    assert (box.root / "seen").read_text() == "http://me:p%40ss@proxy:3128\n"
    assert not [call for call in box.called("") if "p%40ss" in call]


def test_what_goes_with_a_package_is_read_from_dnfs_table(box: Box) -> None:
    table = """Dependencies resolved.
================
 Package          Arch    Version  Repository Size
================
Removing:
 kubernetes-cni   x86_64  1.10.0-150500.1.1  @kubernetes  80 M
Removing dependent packages:
 kubelet          x86_64  1.37.2-150500.1.1  @kubernetes  80 M

Transaction Summary
================
Remove  2 Packages
"""
    box.write("table", table)
    box.write("packages", "kubelet 1 1\nkubernetes-cni 1 1\nRemove 1 1\n")
    box.program("dnf", 'cat "$ROOT/table"; exit 1')
    assert library(box, "removal kubernetes-cni").split() == ["kubelet", "kubernetes-cni"]


@pytest.mark.parametrize(
    ("box_", "family"),
    [
        ("bento/rockylinux-9", "dnf"),
        ("cloud-image/fedora-43", "dnf"),
        ("kubetui/almalinux-10", "dnf"),
        ("generic/centos9s", "dnf"),
        ("bento/ubuntu-24.04", "apt"),
        ("me/box", "apt"),
        ("/boxes/rocky9.box", "dnf"),
    ],
)
def test_a_machines_family_follows_from_the_name_of_its_box(box_: str, family: str) -> None:
    assert {machine.packages for machine in plan(machines={"box": box_}).machines} == {family}


def test_one_machine_may_have_another_family() -> None:
    def families(made: Plan) -> dict[str, str]:
        return {machine.name: machine.packages for machine in made.machines}

    expected = {"kubmaster": "apt", "kubnode1": "dnf"}
    assert families(plan(workers=1, machines={"by_name": {"kubnode1": {"packages": "dnf"}}})) == expected
    assert families(plan(workers=1, machines={"by_name": {"kubnode1": {"box": "bento/rockylinux-9"}}})) == expected
    named = {"packages": "apt", "box": "bento/rockylinux-9"}
    assert families(plan(workers=1, machines=named)) == {"kubmaster": "apt", "kubnode1": "apt"}
