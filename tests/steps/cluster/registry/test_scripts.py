"""What tells each runtime of the registry in the cluster, and takes it back, in a real bash."""

from dataclasses import replace

import pytest

from kubetui.engine.step import Step, WorkState
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.build import STEPS
from kubetui.steps.cluster.addons.steps import INSTALLING, REMOVING
from tests.plans import FULL, plan
from tests.steps.box import Box, recipe, state

PLACE = "192.168.56.101:30500"
FILES = {
    "containerd": (f"etc/containerd/certs.d/{PLACE}/hosts.toml", f'[host."http://{PLACE}"]'),
    "cri-o": (f"etc/containers/registries.conf.d/50-kubetui-{PLACE}.conf", f'location = "{PLACE}"\ninsecure = true'),
}


def having(runtime: str = "containerd") -> Plan:
    return plan(addons=["storage", "registry"], kubernetes={"runtime": runtime})


def losing(runtime: str = "containerd") -> Plan:
    return replace(
        plan(addons=["storage"], kubernetes={"runtime": runtime}), dropped=having(runtime).profile.addons[1:]
    )


def step(name: str) -> Step:
    return next(each for each in STEPS if each.name == name)


def commands(name: str, made: Plan, machine: int = 0) -> tuple[Command, Command]:
    return recipe(name, made, machine)


@pytest.mark.parametrize("runtime", FILES)
@pytest.mark.parametrize("machine", [0, 2])
def test_a_machine_knows_it_and_forgets_it(box: Box, runtime: str, machine: int) -> None:
    path, text = FILES[runtime]
    probe, apply = commands("know-registry", having(runtime), machine)
    found = box.run(probe)
    assert (state(found), PLACE in found.stdout) == (WorkState.ABSENT, True)
    done = box.run(apply)
    assert done.returncode == 0, done.stderr
    assert text in (box.root / path).read_text()
    assert state(box.run(probe)) is WorkState.DONE
    # containerd reads the file at each pull; neither is started anew under its pods
    reread = {"containerd": [], "cri-o": ["systemctl reload crio"]}[runtime]
    assert box.called("systemctl") == reread

    look, forget = commands("forget-registry", losing(runtime), machine)
    assert state(box.run(look)) is WorkState.ABSENT
    others = box.write(f"etc/{path.split('/')[1]}/mine", "mine")
    assert box.run(forget).returncode == 0
    assert state(box.run(look)) is WorkState.DONE
    assert not (box.root / path).exists()
    # a folder that has only this file goes with it, and one of the runtime's own stays
    assert (box.root / path).parent.exists() is (runtime == "cri-o")
    assert (box.root / "etc/containerd/certs.d").exists() is False
    assert others.read_text() == "mine"
    assert box.called("systemctl") == reread
    # a second time, there is nothing to take away
    assert box.run(forget).returncode == 0


def test_what_somebody_changed_is_written_again(box: Box) -> None:
    probe, apply = commands("know-registry", having())
    box.run(apply)
    box.write(FILES["containerd"][0], "mine\n")
    assert state(box.run(probe)) is WorkState.ABSENT
    box.run(apply)
    assert state(box.run(probe)) is WorkState.DONE


def test_a_folder_with_more_in_it_stays(box: Box) -> None:
    _, apply = commands("know-registry", having())
    box.run(apply)
    mine = box.write(f"etc/containerd/certs.d/{PLACE}/ca.crt", "mine")
    mirror = box.write("etc/containerd/certs.d/quay.io/hosts.toml", "mirror")
    look, forget = commands("forget-registry", losing())
    assert box.run(forget).returncode == 0
    assert (mine.read_text(), mirror.read_text()) == ("mine", "mirror")
    assert state(box.run(look)) is WorkState.DONE


def test_docker_has_it_among_its_own_settings() -> None:
    made = having("docker")
    probe, _ = recipe("runtime-config", made)
    assert f'"insecure-registries": [\n    "{PLACE}"\n  ]' in str(probe.values["DAEMON"])
    assert PLACE in str(probe.values["NEEDED"]).split()
    without, _ = recipe("runtime-config", plan(addons=["storage"], kubernetes={"runtime": "docker"}))
    assert PLACE not in str(without.values)
    # the mirrors of which images are renamed are others
    assert made.renamed == {}
    assert not any(
        step(name).wanted(each) for name in ("know-registry", "forget-registry") for each in (made, losing("docker"))
    )


def test_plans_without_it_have_none_of_its_steps() -> None:
    known, forgotten = step("know-registry"), step("forget-registry")
    assert known.wanted(having())
    assert forgotten.wanted(losing())
    rehearsed = replace(having(), profile=having().profile.model_copy(update={"provider": "rehearsal"}))
    for each in (plan(), plan(addons=["storage"]), FULL, rehearsed, losing()):
        assert not known.wanted(each)
        assert known.recipe(each, each.machines[0]).apply is None
    for each in (plan(), plan(addons=["storage"]), FULL, rehearsed, having()):
        assert not forgotten.wanted(each)
        assert forgotten.recipe(each, each.machines[0]).apply is None


def test_with_another_port_only_the_old_name_is_forgotten(box: Box) -> None:
    moved = replace(plan(addons=["storage", {"name": "registry", "port": 30501}]), dropped=having().profile.addons[1:])  # type: ignore[list-item] # as a profile has it
    box.run(commands("know-registry", having())[1])
    box.run(commands("know-registry", moved)[1])
    box.run(commands("forget-registry", moved)[1])
    assert state(box.run(commands("know-registry", moved)[0])) is WorkState.DONE
    assert state(box.run(commands("know-registry", having())[0])) is WorkState.ABSENT


def test_it_comes_after_what_makes_its_volume_and_goes_before() -> None:
    there = {each.name: each for each in (*INSTALLING, *REMOVING)}
    assert there["addon-storage"] in there["addon-registry"].needs
    assert step("know-registry") in there["addon-registry"].needs
    assert there["remove-registry"] in there["remove-storage"].needs
    assert there["remove-registry"] in step("forget-registry").needs
