"""The start screen's promise of how long a rehearsal takes."""

from collections import defaultdict
from graphlib import TopologicalSorter

from kubetui.engine.events import TaskId
from kubetui.engine.order import dependencies
from kubetui.machines.rehearsal.options import WATCHED
from kubetui.machines.rehearsal.recording.recording import shipped
from kubetui.profile.machine import Role
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.steps.build import STEPS
from screens.start.begin import REHEARSAL_SECONDS

BOOT = 8.0


def test_it_is_the_longest_chain_of_the_recording_at_the_speed_of_the_wizard() -> None:
    plan = Plan(Profile(name="rehearsal", provider="rehearsal"))
    recording = shipped(plan)
    seconds: defaultdict[tuple[str, Role], float] = defaultdict(float)
    for (script, _, role), answer in recording.answers.items():
        seconds[recording.steps[script], role] += answer.seconds
    roles = {machine.name: machine.role for machine in plan.machines}
    needs = dependencies(STEPS, plan)
    ends: dict[TaskId, float] = {}
    for task in TopologicalSorter(needs).static_order():
        own = BOOT if task.step == "start" else seconds[task.step, roles[task.machine]]
        ends[task] = max((ends[need] for need in needs[task]), default=0.0) + own
    assert abs(max(ends.values()) / WATCHED - REHEARSAL_SECONDS) < 5
