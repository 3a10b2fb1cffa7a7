"""The machine: started by its provider, reached over SSH, checked."""

from __future__ import annotations

from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.scripts import script, typed
from kubetui.engine.events import Outcome
from kubetui.engine.provider import MachineState
from kubetui.engine.step import Recipe, Step, Task, Teaching, Where, no_recipe
from kubetui.engine.survey import survey
from kubetui.profile.machine import Machine
from kubetui.profile.plan import CGROUP_V2_ONLY, Plan
from kubetui.remote.command import Command
from kubetui.remote.host_keys import HostKeys
from kubetui.software import packages

PROBE: Final = script(__package__, "facts.sh")
CGROUP_V1: Final = "cgroup version 1"
"""The end of the probe's last line on a machine with cgroup version 1."""
SKIPPED: Final = (
    "kubeadm skips its check SystemVerification on machines with cgroup version 1: it would refuse what the "
    "profile's patch allows (KubeletConfiguration, failCgroupV1: false)"
)


async def _start(task: Task) -> Outcome:
    states = await task.run.states(task.log)
    state = states.get(task.machine.name)
    running = state is MachineState.RUNNING
    if state is MachineState.ABSENT:
        # a recreated machine has a new host key
        HostKeys(task.run.cluster.host_keys).forget(task.machine.name)
    if not running:
        await task.run.provider.start(task.machine, task.log)
    return Outcome.UNCHANGED if running else Outcome.DONE


async def _connect(task: Task) -> Outcome:
    endpoint = await task.run.provider.endpoint(task.machine)
    task.run.nodes[task.machine.name] = await task.run.connect(task.machine, endpoint, task.log)
    return Outcome.UNCHANGED


async def _look(task: Task) -> Outcome:
    if task.plan.untried:
        task.say_once(task.plan.untried)
    result = await survey(task, _facts_probe(task.plan, task.machine))
    for line in result.lines:
        task.log(line)
    if not result.ok:
        said = result.last.removeprefix("error: ")
        raise RunError(f"{task.machine.name}: {said}", fix=_fix(task.machine, said), id="MACHINE")
    if result.last.endswith(CGROUP_V1) and task.plan.tolerates_cgroup_v1:
        task.say_once(SKIPPED)
    return Outcome.UNCHANGED


def _fix(machine: Machine, said: str) -> str:
    """Return how one machine gets another package family, where it does not have the one that the profile says."""
    if f" does not use {machine.family.name}, " not in said or machine.host is not None:
        return ""
    others = " or ".join(name for name in packages.CATALOGUE if name != machine.packages)
    return f"Where only this machine is different, write packages: {others} under machines.by_name.{machine.name}."


def _facts(plan: Plan, machine: Machine) -> Recipe:
    return Recipe(probe=_facts_probe(plan, machine))


def _facts_probe(plan: Plan, machine: Machine) -> Command:
    memory = machine.memory if plan.provider.isolates else 0
    old_enough = plan.minor < CGROUP_V2_ONLY or plan.tolerates_cgroup_v1
    family = machine.family
    values = {
        "SYSTEMS": " ".join(family.systems),
        "FAMILY": family.name,
        "USED_BY": family.used_by,
        "ADDRESS": str(machine.address),
        "CGROUPS": "1" if old_enough else "2",
        "MEMORY": str(memory),
    }
    return Command(PROBE, values)


VAGRANT: Final = ("--no-destroy-on-error", "--no-install-provider", "--no-tty")


def _starting(plan: Plan, machine: Machine) -> tuple[str, ...]:
    if plan.provider.rehearsal or not plan.provider.makes_machines:
        return ()
    return (typed("vagrant", "up", machine.name, f"--provider={plan.provider.name}", *VAGRANT),)


def _made(plan: Plan, machine: Machine) -> tuple[str, ...]:
    made = plan.provider.makes_machines and not plan.provider.rehearsal
    box = plan.box_of(machine)[0] if made else ""
    return (f"machine {machine.name}, {machine.memory} MiB, {machine.cpus} CPUs, from the box {box}",) if box else ()


START_TEACHES: Final = Teaching(
    commands=_starting,
    concepts=("node", "box"),
    changes=_made,
    none="Nothing is started here: the machine runs already, or a rehearsal plays it.",
)
CONNECT_TEACHES: Final = Teaching(
    concepts=("ssh-access",), none="kubetui connects with SSH itself, and changes nothing."
)
FACTS_TEACHES: Final = Teaching(concepts=("node", "internal-ip", "cgroup-driver"), none="It only looks at the machine.")

START = Step(
    name="start",
    title="Start the machine",
    why="A node is a complete Linux system with its own address; the provider creates it from the box.",
    source="developer.hashicorp.com/vagrant, Multi-Machine",
    where=Where.EVERY,
    needs=(),
    recipe=no_recipe,
    run=_start,
    installs=False,
    of_existing="A node is a complete Linux system with its own address. This one is yours: kubetui only looks.",
    teaches=START_TEACHES,
)
CONNECT = Step(
    name="connect",
    title="Reach it over SSH",
    why="All further work happens inside the machine, over one encrypted connection; its host key is pinned now.",
    source="developer.hashicorp.com/vagrant, ssh-config",
    where=Where.EVERY,
    needs=(START,),
    recipe=no_recipe,
    run=_connect,
    installs=False,
    teaches=CONNECT_TEACHES,
)
FACTS = Step(
    name="facts",
    title="Look at the machine",
    why="Its system, memory, cgroups and private address must be right before anything is installed.",
    source="kubernetes.io, Installing kubeadm: Before you begin",
    where=Where.EVERY,
    needs=(CONNECT,),
    recipe=_facts,
    run=_look,
    installs=False,
    teaches=FACTS_TEACHES,
)
