"""`kubetui up`, `kubetui check` and `kubetui destroy`."""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kubetui.base.check import Check, blocking
from kubetui.base.errors import ExitCode, HostError, UsageError
from kubetui.base.files import named
from kubetui.base.redaction import url_user
from kubetui.base.text import counted
from kubetui.cli import output as outputs
from kubetui.cli.asking import Dialogue, box, confirmed, passwords, removal
from kubetui.cli.audience import awaited, followed, say, tell
from kubetui.cli.language.formats import Form, write_document
from kubetui.cli.look.show import show_timings
from kubetui.cli.options import Source, UpOptions
from kubetui.cli.profiles import load
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster, existing
from kubetui.engine.events import RunFinished, TaskId
from kubetui.engine.turns import Turns
from kubetui.machines.make import make
from kubetui.machines.vagrant.packaging import refuse_others
from kubetui.operations import turns
from kubetui.operations.boxes import choice
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Leaving, Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record.estimate import Remaining
from kubetui.steps import checkpoints

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access
    from kubetui.machines.rehearsal.recording.scribe import Scribe
    from kubetui.operations.changes import Revision


def up(source: Source, options: UpOptions) -> int:
    """Build a cluster; see `cli.commands.up`."""
    return run(choose(source, options), source.words, options)


def run(plan: Plan, name: str, options: UpOptions) -> int:
    """Build a plan's cluster after asking what has to be asked; `name` is what the person types for its profile."""
    Cluster(plan.profile.name).refuse_halfway("build")
    asyncio.run(check_host(plan, name))
    plan = box(plan, plain=options.plain)
    allowed = allow(plan, options)
    finished = build(plan, allowed, options)
    return after(plan.profile, finished, options)


def choose(source: Source, options: UpOptions) -> Plan:
    """Return the plan that the profile and the flags make, with its box. Raises UsageError as `intended` does."""
    return _with_box(intended(source, options), options)


def intended(source: Source, options: UpOptions) -> Plan:
    """Return the plan that the profile and the flags make. Raises UsageError for flags that contradict it."""
    profile = load(source)
    if options.prepared_box is not None:
        machines = profile.machines.model_copy(update={"prepared_box": options.prepared_box})
        profile = profile.model_copy(update={"machines": machines})
    return _planned(profile, options)


def settled(profile: Profile, options: UpOptions) -> Plan:
    """Return a profile's plan with its box decided on. Raises UsageError for flags that contradict it."""
    return _with_box(_planned(profile, options), options)


def _planned(profile: Profile, options: UpOptions) -> Plan:
    plan = Plan(_placed(_rehearsed(profile, options)))
    turns.chosen(plan, options.your_turn)
    if options.checkpoints:
        checkpoints.refuse(plan, make(plan, Cluster(profile.name).folder))
    if options.record is not None:
        _refuse_recording(plan, options.record, options.your_turn)
    return plan


def _with_box(plan: Plan, options: UpOptions) -> Plan:
    if plan.base_box.url.startswith("http") and url_user(plan.base_box.url):
        passwords(plan.profile)
    plan = asyncio.run(choice.settled(plan))
    if options.keep_box:
        refuse_others(plan.provider.name)
    return plan


def _placed(profile: Profile) -> Profile:
    from kubetui.operations import changes

    return changes.settled(Cluster(profile.name), profile)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the person agreed to: the way into existing machines, and the machines that a changed profile costs.

    `leaving` says how those go that leave a cluster that was built.
    """

    access: Access | None = None
    lost: tuple[str, ...] = ()
    leaving: Leaving | None = None


def allow(plan: Plan, options: UpOptions) -> Allowed:
    """Ask the person for passwords, for consent and for access to existing machines.

    Raises UsageError or ProfileError when nobody can answer a question, ProfileError where a change cannot be taken any
    more, StoppedError when the answer is no.
    """
    from kubetui.cli import hosts
    from kubetui.operations import changes

    profile = plan.profile
    passwords(profile)
    if not Cluster(profile.name).exists:
        what = f"{counted(len(plan.machines), 'machine')} with {plan.provider.title}"
        confirmed(f"Build {profile.name}: {what}?", yes=options.yes or options.agreed)
    revision = asyncio.run(changes.revision(Cluster(profile.name), plan))
    moved = revision.touched if revision else ()
    access = hosts.meet(plan, accept_host_keys=options.accept_host_keys, moved=moved)
    removal(profile, yes=options.yes)
    if revision is not None and revision.losing:
        _agreed(revision, access, options)
    return Allowed(access, revision.losing if revision else (), options.leaving)


def _agreed(revision: Revision, access: Access | None, options: UpOptions) -> None:
    """Ask before machines are lost for a changed profile. Raises as `losses` and `confirmed` do."""
    from kubetui.operations.maintain.losses import losses

    forced = options.leaving is not None and options.leaving.forced
    cluster = Cluster(revision.wanted.name)
    lost = asyncio.run(losses(cluster, revision.leaving, access, forced=forced))
    say(revision.reason)
    for line in (*revision.fates, *lost):
        say(f"  {line}")
    confirmed(revision.question, yes=options.yes)


def build(plan: Plan, allowed: Allowed, options: UpOptions) -> RunFinished:
    """Run the build while showing its events, and write the recording that was asked for."""
    scribe = _scribe(plan) if options.record else None
    yours = turns.chosen(plan, options.your_turn)
    finished = asyncio.run(_build(plan, options, scribe, allowed, yours))
    if scribe and options.record and finished.ok:
        with named(Path(options.record)):
            scribe.save(Path(options.record))
        if not options.quiet:
            say(f"wrote {options.record}")
    return finished


def after(profile: Profile, finished: RunFinished, options: UpOptions) -> int:
    """Show the timings and make the prepared box that were asked for; return the exit code."""
    if options.timings:
        show_timings(Cluster(profile.name))
    if finished.ok and options.keep_box:
        from kubetui.cli.boxes import keep

        keep(profile, options)
    return exit_code(finished)


def exit_code(finished: RunFinished) -> ExitCode:
    """Return the exit code for how a run ended."""
    if finished.ok:
        return ExitCode.OK
    if finished.partly:
        return ExitCode.PARTLY
    return ExitCode.STOPPED if finished.stopped and not finished.failed else ExitCode.RUN


def _rehearsed(profile: Profile, options: UpOptions) -> Profile:
    """Return the profile as the flags want it rehearsed. Raises UsageError for rehearsal flags without a rehearsal."""
    from kubetui.machines.rehearsal import options as rehearsal

    if options.rehearse:
        profile = rehearsal.rehearsed(profile)
    if profile.provider == rehearsal.NAME:
        return rehearsal.with_options(profile, speed=options.speed or rehearsal.HEADLESS, fault=options.fault)
    if options.speed or options.fault:
        raise UsageError("--speed and --rehearse-fault only work in a rehearsal.", fix="Add --rehearse.")
    return profile


def _refuse_recording(plan: Plan, record: str, yours: tuple[str, ...]) -> None:
    """Raise UsageError when the run cannot be recorded into this file."""
    if yours:
        raise UsageError(
            "A step that you do by hand cannot be recorded: kubetui does not see what you type.",
            fix="Leave out --your-turn or --record.",
        )
    if plan.provider.rehearsal:
        raise UsageError("A rehearsal cannot be recorded: it replays one.", fix="Record a run on real machines.")
    if not Path(record).absolute().parent.is_dir():
        raise UsageError(f"{record} cannot be written: its folder does not exist.", fix="Make the folder first.")


def _scribe(plan: Plan) -> Scribe:
    from kubetui.machines.rehearsal.recording.scribe import Scribe
    from kubetui.steps.build import STEPS

    return Scribe(plan, STEPS)


async def check_host(plan: Plan, name: str) -> None:
    """Raise HostError with everything that this host lacks for a plan; `name` is what the person calls its profile."""
    from kubetui.host.doctor import examine

    checks = blocking(await examine(plan))
    if checks:
        lines = [f"{check.name}: {check.message}\n    {check.fix}" for check in checks]
        fix = f"A rehearsal works on every host: kubetui up {name} --rehearse"
        raise HostError("This host is not ready.\n  " + "\n  ".join(lines), fix=fix, id="HOST")


async def _build(
    plan: Plan, options: UpOptions, scribe: Scribe | None, allowed: Allowed, yours: frozenset[TaskId]
) -> RunFinished:
    from kubetui.operations.up import up as operation

    # a line that is written over would be in the way of what a person types
    output = outputs.output(replace(options, plain=options.plain or bool(yours)), Remaining(plan))
    by_hand = Turns(yours)
    dialogue = Dialogue(plan, by_hand)
    with followed(output, options.timeout) as (attended, stop), dialogue.listening() if yours else nullcontext():
        sink = dialogue.around(attended)
        return await operation(
            plan.profile,
            sink,
            stop,
            scribe,
            allowed.access,
            confirmed=allowed.lost,
            box=plan.chosen,
            turns=by_hand,
            leaving=allowed.leaving,
            checkpoints=options.checkpoints,
        )


def destroy(name: str, *, yes: bool, hosts: str | None) -> int:
    """Remove a cluster; see `cli.commands.destroy`."""
    from kubetui.cli import hosts as existing_machines
    from kubetui.operations.destroy import destroy as operation

    cluster = existing(name)
    plan = Plan(profilefile.load_built(cluster))
    if plan.provider.makes_machines:
        confirmed(_farewell(cluster, plan), yes=yes)
    else:
        existing_machines.confirm_reset(plan, hosts)
    access = existing_machines.meet(plan, accept_host_keys=False)
    awaited(lambda: operation(cluster, say, access))
    say(f"{name} is gone.")
    return ExitCode.OK


def _farewell(cluster: Cluster, plan: Plan) -> str:
    """Return the question before a cluster is destroyed: what is lost with it."""
    if plan.provider.rehearsal:
        return f"Destroy {cluster.name}, a rehearsal: its folder with its logs?"
    saved = snapshots.read(cluster).words
    return f"Destroy {cluster.name} with its machines and everything in them{f', and {saved} of it' if saved else ''}?"


def check(name: str, form: Form) -> int:
    """Check that a cluster works; see `cli.commands.check`."""
    from kubetui.operations.check import check as operation

    cluster = existing(name)
    plan = Plan(profilefile.load_built(cluster))
    if plan.provider.rehearsal and not form.document:
        # with the result: it must not be taken for a real one wherever it goes
        tell(f"This is a rehearsal: {outputs.NOTICE}; the checks are replayed from a recording.")
    access = _reached(plan)

    def show(made: Check) -> None:
        for line in () if form.document else outputs.check_lines(made):
            tell(line)

    made = awaited(lambda: operation(cluster, show, say, access))
    failed = blocking(made)
    if form.document:
        document = {
            "cluster": name,
            "rehearsal": plan.provider.rehearsal,
            "ok": not failed,
            "checks": [dataclasses.asdict(each) for each in made],
        }
        write_document(document, form)
    return ExitCode.UNHEALTHY if failed else ExitCode.OK


def _reached(plan: Plan) -> Access | None:
    """Return the access to existing machines; without it, the check itself names those that do not answer."""
    from kubetui.cli import hosts as existing_machines

    try:
        return existing_machines.meet(plan, accept_host_keys=False)
    except HostError as error:
        say(error.message)
        return None
