"""The step that has a machine trust the company's authorities, and how they are taken back, in a real bash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.engine.step import Recipe, WorkState
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.build import STEPS
from kubetui.steps.machine.footprint import DISTRUST
from kubetui.steps.machine.system import TRUST
from tests.certificates import issuer
from tests.plans import plan
from tests.steps.box import Box, recipe, state

ANCHORS, STORE = "usr/local/share/ca-certificates", "etc/ssl/certs/ca-certificates.crt"
UPDATE = f"""
mkdir -p "$ROOT/etc/ssl/certs"
cat /dev/null "$ROOT/{ANCHORS}"/*.crt >"$ROOT/{STORE}" 2>/dev/null || true
"""
ACTIVE = """[[ $1 != is-active || -e $ROOT/run/active ]]"""
ONE, TWO = issuer("One").pem, issuer("Two").pem


@pytest.fixture
def machine(box: Box) -> Box:
    box.program("update-ca-certificates", UPDATE)
    box.program("systemctl", ACTIVE)
    box.write(f"{ANCHORS}/theirs.crt", "THEIRS\n")
    return box


def here(box: Box, command: Command) -> Command:
    """Return a command whose folder of authorities is the stand-in's: /usr is the host's own there."""
    moved = {name: str(value).replace("/usr/", f"{box.root}/usr/") for name, value in command.values.items()}
    moved["STORE"] = str(box.root / STORE)
    return Command(command.script, moved)


def naming(folder: Path, text: str) -> Plan:
    (folder / "ca.pem").write_text(text)
    return plan(mirrors={"ca": str(folder / "ca.pem")})


def trusted(box: Box) -> str:
    return (box.root / STORE).read_text()


def applied(box: Box, made: Plan) -> list[str]:
    """Check that the step finds its work undone, does it, and finds it done; return what it told."""
    probe, apply = (here(box, each) for each in recipe("trust", made))
    assert state(box.run(probe)) is WorkState.ABSENT
    box.told()
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    said = box.run(probe)
    assert state(said) is WorkState.DONE, said.stdout
    return [line for line in box.told() if line]


def test_a_machine_trusts_each_authority(machine: Box, tmp_path: Path) -> None:
    said = applied(machine, naming(tmp_path, ONE + TWO))
    assert trusted(machine) == ONE + TWO + "THEIRS\n"
    assert said == [
        f"tee /{ANCHORS}/kubetui-1.crt # the content is left out",
        f"tee /{ANCHORS}/kubetui-2.crt # the content is left out",
        "update-ca-certificates --fresh",
    ]


def test_what_it_teaches_is_what_it_calls(tmp_path: Path) -> None:
    made = naming(tmp_path, ONE + TWO)
    assert TRUST.teaches.commands(made, made.machines[0]) == (
        f"tee /{ANCHORS}/kubetui-1.crt # the content is left out",
        f"tee /{ANCHORS}/kubetui-2.crt # the content is left out",
        "update-ca-certificates --fresh",
    )
    (tmp_path / "ca.pem").unlink()
    assert len(TRUST.teaches.commands(made, made.machines[0])) == 2


def test_a_changed_file_is_applied_and_one_less_is_taken_back(machine: Box, tmp_path: Path) -> None:
    applied(machine, naming(tmp_path, ONE + TWO))
    applied(machine, naming(tmp_path, TWO))
    assert trusted(machine) == TWO + "THEIRS\n"
    applied(machine, replace(plan(), trusting=True))
    assert trusted(machine) == "THEIRS\n"


def test_a_runtime_that_runs_reads_it_anew_even_after_an_interruption(machine: Box, tmp_path: Path) -> None:
    made = naming(tmp_path, ONE)
    machine.write("run/active", "")
    assert applied(machine, made)[-1] == "systemctl restart containerd"
    # cut off after the store was made, before the restart
    machine.write("var/lib/kubetui/trusting", "")
    assert applied(machine, made)[-1] == "systemctl restart containerd"


def test_docker_itself_is_restarted_where_it_fetches(machine: Box, tmp_path: Path) -> None:
    machine.write("run/active", "")
    (tmp_path / "ca.pem").write_text(ONE)
    made = plan(mirrors={"ca": str(tmp_path / "ca.pem")}, kubernetes={"runtime": "docker"})
    assert applied(machine, made)[-1] == "systemctl restart docker"


def test_a_machine_without_the_program_gets_its_package_from_a_mirror_it_trusts(machine: Box, tmp_path: Path) -> None:
    (machine.bin / "update-ca-certificates").unlink()
    machine.program("dpkg")
    machine.program("dpkg-query")
    program = machine.bin / "update-ca-certificates"
    machine.program(
        "apt-get",
        f"""
cat "$APT_CONFIG" >"$ROOT/tmp/settings"
[[ $1 != install ]] || cp "$ROOT/run/kubetui-authorities.pem" "$ROOT/tmp/first"
[[ $1 != install ]] || {{ printf '#!/bin/bash\n%s' '{UPDATE}' >{program}; chmod 755 {program}; }}
""",
    )
    applied(machine, naming(tmp_path, ONE))
    assert "Acquire::https::CaInfo" in (machine.root / "tmp/settings").read_text()
    assert (machine.root / "tmp/first").read_text() == ONE
    assert not (machine.root / "run/kubetui-authorities.pem").exists()
    assert any(
        "install ca-certificates" in call or "ca-certificates" in call for call in machine.called("apt-get install")
    )


def test_the_probe_sees_a_store_that_lacks_it(machine: Box, tmp_path: Path) -> None:
    made = naming(tmp_path, ONE)
    applied(machine, made)
    machine.write(STORE, "THEIRS\n")
    probe = here(machine, recipe("trust", made)[0])
    assert state(machine.run(probe)) is WorkState.ABSENT


@pytest.mark.parametrize("own", [True, False])
def test_a_machine_that_is_given_back_trusts_nobody_of_the_company(machine: Box, tmp_path: Path, own: bool) -> None:  # noqa: FBT001
    applied(machine, naming(tmp_path, ONE))
    machine.write("var/lib/kubetui/cluster", f"{'abc' if own else 'other'} lab\n")
    values = {"ANCHORS": f"{machine.root}/{ANCHORS}", "CLUSTER_ID": "abc", "TRUSTING": "update-ca-certificates --fresh"}
    done = machine.run(Command(DISTRUST, values))
    assert done.returncode == 0, done.stderr
    assert (trusted(machine) == "THEIRS\n") is own
    assert machine.run(Command(DISTRUST, values)).returncode == 0


def test_the_step_comes_before_whatever_fetches_and_only_where_it_is_wanted(tmp_path: Path) -> None:
    names = [step.name for step in STEPS]
    assert names.index("trust") < min(names.index(each) for each in ("kernel", "base", "runtime", "repository"))
    made = naming(tmp_path, ONE)
    first = made.machines[0]
    assert TRUST.runs_on(first, made)
    assert not TRUST.runs_on(first, plan())
    assert TRUST.recipe(plan(), first) == Recipe()
    assert TRUST.runs_on(first, replace(plan(), trusting=True))
    played = Plan(made.profile.model_copy(update={"provider": "rehearsal"}))
    assert not TRUST.runs_on(played.machines[0], played)
