"""All steps as values: their texts, dependencies and exact commands for three versions of Kubernetes."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from kubetui.base.redaction import Secret
from kubetui.cluster.tables import NODES
from kubetui.engine.order import dependencies, tasks_of
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote import guest
from kubetui.remote.command import Command, Late
from kubetui.steps.build import ALL, STEPS
from kubetui.steps.cluster.init import ADMIN_CONF
from kubetui.steps.cluster.join_control_plane import upload
from kubetui.steps.cluster.join_token import CREATE_TOKEN, SIGN
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.footprint import reset
from kubetui.steps.machine.start import START
from tests.plans import FULL, MIRRORS, VERSIONS, assert_golden, plan
from tests.shellscripts import shellcheck, taken

OTHER_RUNTIMES = ("docker", "cri-o")
OF_RUNTIMES = ("claim", "runtime", "runtime-config", "images", "init", "network", "join")
"""Steps whose values depend on the runtime."""
REGISTRIES = {"registry.k8s.io": "http://10.0.3.1:5000", "docker.io": "https://mirror.example.org"}
UNPROBED = {
    "check": "it is read-only: it waits, and leaves nothing that a probe could find",
}
HOSTS = Plan(
    Profile.model_validate(
        {
            "provider": "hosts",
            "hosts": [
                {"name": "one", "role": "control plane", "address": "10.0.3.4"},
                {"name": "two", "role": "worker", "address": "10.0.3.5"},
            ],
        }
    ),
    identity="0123456789abcdef",
)


def test_a_name_means_one_step() -> None:
    names = [step.name for step in ALL]
    assert len(set(names)) == len(names)


def recipes(made: Plan) -> Iterator[tuple[Step, Machine, Recipe]]:
    for step in STEPS:
        for machine in made.machines:
            if step.holds(machine):
                yield step, machine, step.recipe(made, machine)


def commands(made: Plan) -> Iterator[tuple[str, Command]]:
    for step, machine, recipe in recipes(made):
        for kind, command in (("probe", recipe.probe), ("apply", recipe.apply)):
            if command is not None:
                yield f"{step.name} on {machine.name}: {kind}", command


# titles and reasons of steps


@pytest.mark.parametrize("step", STEPS, ids=[step.name for step in STEPS])
def test_every_step_explains_its_purpose(step: Step) -> None:
    assert re.fullmatch(r"[a-z][a-z-]{1,18}", step.name)
    assert step.title[0].isupper() or step.title.startswith("kubeadm ")
    assert not step.title.endswith(".")
    assert 40 < len(step.why) < 140
    assert step.why.endswith(".")
    assert len(step.source) > 10


def test_names_and_titles_are_unique() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert len({step.title for step in STEPS}) == len(STEPS)


@pytest.mark.parametrize("made", [plan(), HOSTS, FULL], ids=["vagrant", "hosts", "full"])
def test_every_step_that_changes_something_has_a_probe(made: Plan) -> None:
    for step, _, recipe in recipes(made):
        assert recipe.apply is None or recipe.probe is not None or step.name in UNPROBED, step.name


# dependencies of steps


def test_every_step_comes_after_the_steps_it_needs() -> None:
    for number, step in enumerate(STEPS):
        for need in step.needs:
            assert any(need is earlier for earlier in STEPS[:number]), f"{step.name} needs {need.name}"


@pytest.mark.parametrize("made", [plan(), plan(workers=0), HOSTS, FULL], ids=["vagrant", "single", "hosts", "full"])
def test_dependencies_are_complete_and_acyclic(made: Plan) -> None:
    needs = dependencies(STEPS, made)
    assert set(needs) == set(tasks_of(STEPS, made))
    assert set().union(*needs.values()) <= set(needs)
    order = [str(task) for task in TopologicalSorter(needs).static_order()]
    assert order[0].endswith("/start")
    assert order[-1] == f"{made.control_plane.name}/proof"


def test_nothing_changes_an_existing_machine_before_it_is_claimed() -> None:
    @cache
    def behind_claim(step: Step) -> bool:
        return CLAIM in step.needs or any(map(behind_claim, step.needs))

    changing = {step.name for step, _, recipe in recipes(HOSTS) if recipe.apply and not behind_claim(step)}
    assert changing == {"claim"}


def test_only_existing_machines_are_claimed() -> None:
    assert "claim" in {step.name for step, _, _ in recipes(HOSTS)}
    assert "claim" not in {step.name for step, _, _ in recipes(plan())}
    assert CLAIM.where is Where.EXISTING


# the commands as values

ELSEWHERE = {
    "MANIFEST": "flannel.yaml",
    "CONFIG_1": "containerd-1.7.toml",
    "CONFIG_2_0": "containerd-2.0.toml",
    "CONFIG_2": "containerd-2.1.toml",
}


def test_long_values_match_golden_files() -> None:
    found = {name: value for _, command in commands(plan()) for name, value in command.values.items()}
    for name, file in ELSEWHERE.items():
        assert_golden(file, f"{found[name]}\n")


def values_text(made: Plan, only: Iterable[str] = ()) -> str:
    """Return each step's variables for the first machine, and for others where they differ; or those of some steps."""
    parts: dict[str, str] = {}
    first: dict[str, str] = {}
    for step, machine, recipe in recipes(made):
        for kind, command in (("probe", recipe.probe), ("apply", recipe.apply)):
            if command is None or (only and step.name not in only):
                continue
            elsewhere = {name: f"in golden/{file}" for name, file in ELSEWHERE.items() if name in command.values}
            text = replace(command, values={**command.values, **elsewhere}).assignments(reveal=False)
            title = f"# {step.name}: {kind}, {command.timeout:.0f} s"
            if first.setdefault(title, text) != text:
                title += f" (on {machine.name})"
            same = kind == "apply" and recipe.probe is not None and command.values == recipe.probe.values
            parts.setdefault(title, "# the same\n" if text and same else text)
    return "\n".join(f"{title}\n{text}" for title, text in parts.items())


@pytest.mark.parametrize("version", VERSIONS)
def test_values_of_a_version_match_its_golden_file(version: str) -> None:
    assert_golden(f"values-{version}.sh", values_text(plan(version, workers=1)))


@pytest.mark.parametrize("version", VERSIONS)
def test_values_of_a_version_on_machines_with_dnf_match_their_golden_file(version: str) -> None:
    chosen = {"packages": "dnf", "firewall": "open", "selinux": "enforcing"}
    assert_golden(f"values-dnf-{version}.sh", values_text(plan(version, workers=1, machines=chosen)))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("runtime", OTHER_RUNTIMES)
def test_values_of_another_runtime_match_their_golden_file(runtime: str, version: str) -> None:
    made = plan(version, workers=1, kubernetes={"runtime": runtime}, mirrors={"registries": REGISTRIES})
    assert_golden(f"values-{runtime}-{version}.sh", values_text(made, OF_RUNTIMES))


def test_values_with_every_mirror_and_proxy_match_their_golden_file() -> None:
    assert_golden("values-mirrors.sh", values_text(plan("1.36.1", workers=1, mirrors=MIRRORS)))


def test_a_script_is_the_same_for_every_version_and_machine() -> None:
    found: dict[str, str] = {}
    for made in (HOSTS, FULL, *(plan(version) for version in VERSIONS)):
        for step, _, recipe in recipes(made):
            for kind, command in (("probe", recipe.probe), ("apply", recipe.apply)):
                if command is not None:
                    assert found.setdefault(f"{step.name}: {kind}", command.script) == command.script


def test_no_script_contains_anything_from_the_profile() -> None:
    strange = plan(
        workers=1,
        machines={"control_plane_name": "zebra", "worker_name": "yak"},
        network={"first_address": "10.99.98.97", "pod_cidr": "10.77.0.0/16", "service_cidr": "10.66.0.0/16"},
        mirrors={"http_proxy": "http://xylophone:1"},
    )
    for name, command in commands(strange):
        for word in ("zebra", "yak", "10.99.98", "10.77", "10.66", "xylophone"):
            assert word not in command.script, name


def test_the_join_token_is_a_late_value_and_is_never_shown() -> None:
    (join,) = (recipe for step, _, recipe in recipes(plan(workers=1)) if step.name == "join")
    assert join.apply
    assert {name for name, value in join.apply.values.items() if isinstance(value, Late)} == {
        "JOIN_TOKEN",
        "CA_HASH",
        "AUTHORITY",
    }
    bound = join.apply.bind(JOIN_TOKEN=Secret("abcdef.0123456789abcdef"), CA_HASH="sha256:0", AUTHORITY="0")
    assert "abcdef.0123456789abcdef" in bound.render()
    assert "abcdef.0123456789abcdef" not in bound.assignments(reveal=False)
    assert "abcdef.0123456789abcdef" not in repr(bound)


def test_no_probe_uses_a_late_value() -> None:
    for made in (plan(), HOSTS, FULL):
        for _, _, recipe in recipes(made):
            if recipe.probe is not None:
                recipe.probe.render()


def test_every_variable_that_a_script_reads_is_set_by_its_command() -> None:
    given = {"CERTIFICATE_KEY"}  # a worker's join has none; the script handles that itself
    for name, command in EVERYTHING:
        assert taken(command.script) - given <= set(command.values), name


# scripts as bash and ShellCheck see them

ALLOWED = {
    "SC1091": "/etc/os-release exists in the machine",
    "SC2015": "between && and || stands a test, which changes nothing",
    "SC2016": "the dollar signs in single quotes belong to awk and JSONPath",
    "SC2034": "only the probe or only the apply script of a step reads the variable",
    "SC2053": "a pod network names its interfaces by patterns",
    "SC2094": "a function and the file that its output goes to share a name",
}
OTHERS = {
    "join token": Command(CREATE_TOKEN, {"SIGNED": "x"}),
    "sign": Command(SIGN, {"PATCH": "{}"}),
    "upload": upload(FULL, Secret("0" * 64)),
    "admin.conf": Command(ADMIN_CONF),
    "nodes": Command(NODES),
    "reset": reset(FULL, FULL.control_plane),
}


def with_runtime(made: Plan, runtime: str) -> Plan:
    chosen = made.profile.kubernetes.model_copy(update={"runtime": runtime})
    return replace(made, profile=made.profile.model_copy(update={"kubernetes": chosen}))


EVERYTHING = [
    *(each for made in (FULL, HOSTS) for each in commands(made)),
    *(each for made in (FULL, HOSTS) for name in OTHER_RUNTIMES for each in commands(with_runtime(made, name))),
    *((f"reset-{name}", reset(with_runtime(FULL, name), FULL.machines[0])) for name in OTHER_RUNTIMES),
    *OTHERS.items(),
]
"""Every command there is, by a name that says what it is for."""


def rendered(command: Command) -> str:
    late = {name: "late" for name, value in command.values.items() if isinstance(value, Late)}
    return "#!/bin/bash\n" + replace(command, values={**command.values, **late}).render()


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every composed script that kubetui runs on a machine, each once."""
    folder = tmp_path_factory.mktemp("scripts")
    texts = {command.script: (name, rendered(command)) for name, command in EVERYTHING}
    for number, (name, text) in enumerate(texts.values()):
        (folder / f"{re.sub('[^a-z.-]+', '_', name)}{number}.sh").write_text(text)
    for name in ("READ", "RUN", "LAUNCH", "STOP", "TIDY"):
        (folder / f"guest.{name}.sh").write_text(f"#!/bin/bash\n{getattr(guest, name)}")
    return folder


def test_bash_parses_every_script(scripts: Path) -> None:
    for path in scripts.iterdir():
        done = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), path.name


def test_shellcheck_finds_nothing_in_composed_scripts(scripts: Path) -> None:
    found = [(code, line.replace(f"{scripts}/", "")) for _, code, line in shellcheck(*sorted(scripts.iterdir()))]
    assert [line for code, line in found if code not in ALLOWED] == []
    assert {code for code, _ in found} == set(ALLOWED), "an exception that nothing needs any more"


def test_existing_machines_are_not_said_to_come_from_a_box() -> None:
    for step in STEPS:
        assert " box" not in step.reason(HOSTS), step.name
        assert step.reason(plan()) == step.why
    assert "This one is yours: kubetui only looks." in START.reason(HOSTS)
