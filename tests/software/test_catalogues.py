"""A catalogue entry alone adds a runtime, package family or pod network; no other code changes.

The three here do not exist, so the steps can learn about them only from their entries.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import yaml
from pydantic import ValidationError

from kubetui.base.errors import ProfileError
from kubetui.engine.step import Recipe
from kubetui.machines.hosts.facts import parse as parse_facts
from kubetui.machines.hosts.findings import judge
from kubetui.operations.plan import scripts
from kubetui.profile.files.file import dump, parse
from kubetui.profile.plan import Plan
from kubetui.profile.questions.answers import fitting, is_asked
from kubetui.profile.questions.pages import Question, pages
from kubetui.profile.schema.hosts import Host
from kubetui.profile.schema.profile import Profile
from kubetui.software import networks, packages, runtimes
from kubetui.software.networks import ClusterNetwork, PodNetwork
from kubetui.software.packages import Family
from kubetui.software.packages.family import Typed
from kubetui.software.runtimes import Runtime
from kubetui.steps import kubeadm
from kubetui.steps.build import STEPS
from kubetui.steps.machine.footprint import reset

RUNTIME = Runtime(
    name="pier",
    title="Pier",
    help="Pier, for boats",
    packages=("pier-engine", "gnupg"),
    unit="pierd",
    socket="unix:///run/pier/pier.sock",
    library='config_file=/etc/pier/pier.conf\nconfig() { printf "%s" "${PIER_CONFIG//@SANDBOX_IMAGE@/$1}"; }\n',
    leftovers="runtime_files=(/etc/pier) runtime_data=(/run/pier) runtime_state=/run/pier runtime_units=(pierd)\n"
    "runtime_rules= runtime_links=()\nforget_cluster() { :; }\nforget_runtime() { :; }\n",
    image_library="refusal() { :; }\nknown() { pier pieces; }\nkeep() { :; }\nfinish() { :; }\nuntag() { :; }\n"
    "release() { :; }\n",
    images="/var/lib/pier",
    config_file="/etc/pier/pier.conf",
    mirror=lambda registry, url: (f"/etc/pier/{registry}", url),
    configuration={"PIER_CONFIG": "pause = @SANDBOX_IMAGE@"},
    repository="https://pier.example.org/v{major}.{minor}/{format}/",
)
FAMILY = Family(
    name="zap",
    systems=("zaplinux",),
    distributions=("zap",),
    used_by="Zap Linux",
    library='zap_install() { zap --yes "$@"; }\n',
    base=("curl", "gnupg"),
    repository_format="zip",
    repository_key="zap.key",
    kubelet_arguments="/etc/zap/kubelet",
    proxy=lambda url: f"via {url}",
    proxy_file="/etc/zap.conf",
    anchors="/etc/zap/authorities",
    store="/etc/zap/store.pem",
    trusting="zap trust",
    typed=Typed(
        refresh="zap refresh",
        install="zap install",
        pinned="zap install --exact",
        at="=",
        hold="zap hold",
        repository=lambda name, url, key, component: (f"zap source {name} {url} {key} {component}".strip(),),
    ),
    names={"gnupg": "zap-gpg"},
)


def mesh(network: ClusterNetwork) -> str:
    return yaml.safe_dump({"kind": "Mesh", "pods": str(network.pod_cidr), "nodes": str(network.node_networks[0])})


NETWORK = PodNetwork(
    name="mesh",
    help="a mesh",
    manifest=mesh,
    images=lambda _network: ("example.org/mesh:v1",),
    leftovers="network_data=(/run/mesh) network_links=('mesh*') network_rules=MESH-\n",
)

HOSTS = (
    Host(name="m1", role="control plane", address="10.0.0.10"),
    Host(name="w1", address="10.0.0.11"),
)
CHOSEN = """schema: 1
machines: {packages: zap}
network: {pod_network: mesh, pod_cidr: 10.10.0.0/16}
kubernetes: {version: "1.36", runtime: pier}
mirrors: {http_proxy: "http://proxy.example.org:3128"}
"""


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(runtimes.CATALOGUE, RUNTIME.name, RUNTIME)
    monkeypatch.setitem(packages.CATALOGUE, FAMILY.name, FAMILY)
    monkeypatch.setitem(networks.CATALOGUE, NETWORK.name, NETWORK)
    pages.cache_clear()
    yield
    pages.cache_clear()


@pytest.fixture
def chosen(registered: None) -> Plan:
    return Plan(parse(CHOSEN, "lab.yaml"))


def recipe(plan: Plan, name: str) -> Recipe:
    return next(step for step in STEPS if step.name == name).recipe(plan, plan.control_plane)


def questions() -> dict[str, Question]:
    return {".".join(question.path): question for page in pages() for question in page.questions}


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ProfileError, match="zap is not one of: apt, dnf, auto"):
        parse(CHOSEN, "lab.yaml")


def test_the_chosen_names_survive_a_round_trip_through_the_file(chosen: Plan) -> None:
    assert parse(dump(chosen.profile), "lab.yaml") == chosen.profile


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("machines: {packages: zip}", "Did you mean zap?"),
        (
            "network: {pod_network: meshy}",
            "meshy is not one of: flannel, kube-router, ",
        ),
        ("kubernetes: {runtime: peer}", "Did you mean pier?"),
    ],
)
@pytest.mark.usefixtures("registered")
def test_a_misspelled_name_suggests_the_nearest_one(wrong: str, message: str) -> None:
    with pytest.raises(ProfileError, match=re.escape(message)):
        parse(wrong, "lab.yaml")


@pytest.mark.usefixtures("registered")
def test_the_schema_and_the_questions_offer_the_new_names() -> None:
    groups = Profile.model_json_schema()["$defs"]
    assert groups["Kubernetes"]["properties"]["runtime"]["enum"] == ["containerd", "docker", "cri-o", "pier"]
    asked = questions()
    assert asked["kubernetes.runtime"].choices == ("containerd", "docker", "cri-o", "pier")
    assert "Pier, for boats" in asked["kubernetes.runtime"].help
    assert asked["network.pod_network"].choices == (
        *("flannel", "kube-router", "calico", "cilium", "manifest", "none"),
        "mesh",
    )
    assert asked["network.pod_network"].help.endswith(", or a mesh.")
    family = asked["machines.packages"]
    assert family.choices == ("apt", "dnf", "zap", "auto")
    assert family.help.endswith("Fedora, zap for Zap Linux, or auto (what the name of the box says, else apt).")
    existing = {"provider": "hosts", "machines": {"packages": "zap"}}
    assert fitting(existing) == existing
    assert is_asked(family, existing)


def test_the_plan_installs_and_configures_what_was_chosen(chosen: Plan) -> None:
    text = "".join(scripts(chosen).values())
    for part in (
        "zap_install() {",
        "NAMES='curl zap-gpg'",
        "NAMES='pier-engine zap-gpg'",
        "PACKAGES_PROXY='via http://proxy.example.org:3128'",
        "URL='https://pkgs.k8s.io/core:/stable:/v1.36/zip/'",
        "KEY_URL='https://pkgs.k8s.io/core:/stable:/v1.36/zip/zap.key'",
        "URL='https://pier.example.org/v1.36/zip/'",
        "SERVICE='pierd'",
        "config_file=/etc/pier/pier.conf",
        "PIER_CONFIG='pause = @SANDBOX_IMAGE@'",
        "CRICTL='runtime-endpoint: unix:///run/pier/pier.sock",
        "IMAGES='/var/lib/pier'",
        "EXTRA='example.org/mesh:v1'",
        "CRI_SOCKET='unix:///run/pier/pier.sock'",
        "kind: Mesh",
        "nodes: 192.168.56.0/24",
        "pods: 10.10.0.0/16",
    ):
        assert part in text, part


def test_no_command_mentions_the_entries_that_were_not_chosen(chosen: Plan) -> None:
    existing = replace(chosen, profile=chosen.profile.model_copy(update={"provider": "hosts", "hosts": HOSTS}))
    commands = [("reset", reset(existing, existing.control_plane))]
    for made in (chosen, existing):
        for step in STEPS:
            for machine in filter(step.holds, made.machines):
                found = step.recipe(made, machine)
                commands += [(step.name, command) for command in (found.probe, found.apply) if command]
    assert {"claim", "join", "reset"} <= {name for name, _ in commands}
    for name, command in commands:
        text = command.assignments(reveal=False) + command.script
        assert re.findall(r"apt-|apt\b|dpkg|containerd|flannel", text) == [], name


def test_destroy_removes_the_leftovers_of_the_new_entries(chosen: Plan) -> None:
    command = reset(chosen, chosen.control_plane)
    for library in (FAMILY.library, RUNTIME.leftovers, NETWORK.leftovers):
        assert library in command.script
    wanted = {
        "SERVICE": "pierd",
        "CRI_SOCKET": RUNTIME.socket,
        "RUNTIME_PACKAGES": "pier-engine zap-gpg",
        "REPOSITORIES": "kubernetes pier",
    }
    assert wanted.items() <= command.values.items()


def test_kubeadm_gets_the_runtimes_socket(chosen: Plan) -> None:
    registrations = [
        document["nodeRegistration"]["criSocket"]
        for document in (kubeadm.init_documents(chosen)[0], *kubeadm.join_documents(chosen, chosen.workers[0]))
    ]
    assert registrations == [RUNTIME.socket] * 2


def test_machines_are_checked_for_the_package_family(chosen: Plan) -> None:
    probe = recipe(chosen, "facts").probe
    assert probe
    assert (probe.values["SYSTEMS"], probe.values["FAMILY"]) == ("zaplinux", "zap")


@pytest.mark.usefixtures("registered")
def test_existing_machines_are_checked_for_the_package_family() -> None:
    hosts = [{"name": "m1", "role": "control plane", "address": "10.0.0.10"}]
    made = Plan(
        Profile.model_validate({"provider": "hosts", "hosts": hosts, "machines": {"packages": "zap"}}), identity="x"
    )
    said = [each.message for each in judge(made, {"m1": parse_facts("system=Debian 12\nfamily=debian\n", 0, 0)})]
    assert "Debian 12 does not use zap, the package manager of Zap Linux." in said


@pytest.mark.parametrize(
    ("catalogue", "names"),
    [
        (runtimes.CATALOGUE, ["containerd", "docker", "cri-o"]),
        (packages.CATALOGUE, ["apt", "dnf"]),
        (networks.CATALOGUE, ["flannel", "kube-router", "calico", "cilium", "manifest", "none"]),
    ],
)
def test_every_entrys_key_is_its_name(catalogue: dict[str, Runtime | Family | PodNetwork], names: list[str]) -> None:
    assert list(catalogue) == names == [entry.name for entry in catalogue.values()]


def test_a_catalogue_name_must_be_text() -> None:
    with pytest.raises(ValidationError):
        Profile.model_validate({"kubernetes": {"runtime": 1}})
