"""What the commands do that change something. Only `cli.py` calls this, after it is known which command it is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from kubetui.base.errors import PARTLY, HostError, RunError, StoppedError, UsageError
from kubetui.base.files import named
from kubetui.base.text import counted
from kubetui.cli import output as render
from kubetui.cli.asking import confirmed, passwords
from kubetui.cli.audience import followed, on_signals, say
from kubetui.cli.show import show_timings
from kubetui.cluster.folder import Cluster, existing
from kubetui.engine.events import RunFinished
from kubetui.engine.stop import Stop
from kubetui.machines.vagrant.packaging import refuse_others
from kubetui.operations.boxes import store
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record.estimate import Remaining

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access
    from kubetui.machines.rehearsal.recording.scribe import Scribe
    from kubetui.operations.changes import Revision


def up(
    name: str,
    *,
    yes: bool,
    as_json: bool,
    verbose: bool,
    timings: bool,
    record: str | None,
    prepared_box: bool | None,
    keep_box: bool,
    accept_host_keys: bool,
    rehearse: bool,
    speed: float | None,
    rehearse_fault: str | None,
) -> int:
    """Build a cluster; see `cli.up`."""
    from kubetui.cli import hosts as hostcommands

    profile = profilefile.load(library.find(name))
    if prepared_box is not None:
        machines = profile.machines.model_copy(update={"prepared_box": prepared_box})
        profile = profile.model_copy(update={"machines": machines})
    profile = _rehearsed(profile, rehearse=rehearse, speed=speed, fault=rehearse_fault)
    plan = store.planned(Plan(profile))
    if keep_box:
        refuse_others(plan.provider.name)
    asyncio.run(check_host(plan, name))
    passwords(profile)
    if not Cluster(profile.name).exists:
        what = f"{counted(len(plan.machines), 'machine')} with {plan.provider.title}"
        confirmed(f"Build {profile.name}: {what}?", yes=yes)
    revision = revised(plan, yes=yes)
    access = hostcommands.meet(plan, accept_host_keys=accept_host_keys, moved=revision.touched if revision else ())
    output = render.output(as_json=as_json, verbose=verbose, remaining=Remaining(plan))
    scribe = _scribe(plan, record)
    finished = asyncio.run(_up(profile, output, scribe, access, revision))
    if scribe and record and finished.ok:
        with named(Path(record)):
            scribe.save(Path(record))
        say(f"wrote {record}", err=True)
    if timings:
        show_timings(Cluster(profile.name), err=as_json)
    if finished.ok:
        if keep_box:
            from kubetui.cli.boxes import keep

            keep(profile, as_json=as_json)
        return 0
    return _code(finished)


def revised(plan: Plan, *, yes: bool) -> Revision | None:
    """Compare a plan with the one that its cluster was built from, and ask before machines are destroyed for it.

    Raises ProfileError where the change cannot be taken any more, and as `confirmed` does.
    """
    from kubetui.operations import changes

    revision = asyncio.run(changes.revision(Cluster(plan.profile.name), plan))
    if revision is not None and revision.destroyed:
        say(revision.reason, err=True)
        for line in revision.fates:
            say(f"  {line}", err=True)
        confirmed(revision.question, yes=yes)
    return revision


def _code(finished: RunFinished) -> int:
    """Return the exit code of a run that did not get to its end."""
    if finished.partly:
        return PARTLY
    return StoppedError.exit_code if finished.stopped and not finished.failed else RunError.exit_code


def _scribe(plan: Plan, record: str | None) -> Scribe | None:
    """Return what makes a recording, where one is asked for. Raises UsageError where it could not be a true one."""
    if record is None:
        return None
    if plan.provider.rehearsal:
        raise UsageError("A rehearsal cannot be recorded: it is one.", fix="Record a run on real machines.")
    from kubetui.machines.rehearsal.recording.scribe import Scribe
    from kubetui.steps.build import STEPS

    if not Path(record).absolute().parent.is_dir():
        raise UsageError(f"{record} cannot be written: its folder is not there.", fix="Make the folder first.")
    return Scribe(plan, STEPS)


def _rehearsed(profile: Profile, *, rehearse: bool, speed: float | None, fault: str | None) -> Profile:
    """Return the profile as the command line wants it rehearsed. Raises UsageError where nothing is."""
    from kubetui.machines.rehearsal import options

    if rehearse:
        profile = options.rehearsed(profile)
    if profile.provider == options.NAME:
        return options.with_options(profile, speed=speed or options.HEADLESS, fault=fault)
    if speed or fault:
        raise UsageError("--speed and --rehearse-fault are for rehearsals.", fix="Say --rehearse, too.")
    return profile


async def check_host(plan: Plan, name: str) -> None:
    """Raise HostError with everything that this host lacks for a plan; `name` is what the person calls the profile."""
    from kubetui.host import doctor as doctors

    checks = doctors.blocking(await doctors.examine(plan))
    if checks:
        lines = [f"{check.name}: {check.message}\n    {check.fix}" for check in checks]
        fix = f"What works on every host is a rehearsal: kubetui up {name} --rehearse"
        raise HostError("This host is not ready.\n  " + "\n  ".join(lines), fix=fix, id="HOST")


async def _up(
    profile: Profile, output: render.Output, scribe: Scribe | None, access: Access | None, revision: Revision | None
) -> RunFinished:
    from kubetui.operations.up import up as build

    confirmed = revision.destroyed if revision else ()
    with followed(output) as (attended, stop):
        return await build(profile, attended, stop, scribe, access, confirmed=confirmed)


def destroy(name: str, *, yes: bool, hosts: str | None) -> int:
    """Remove a cluster; see `cli.destroy`."""
    from kubetui.cli import hosts as hostcommands
    from kubetui.operations.destroy import destroy as remove

    cluster = existing(name)
    plan = Plan(profilefile.load(cluster.profile))
    if plan.provider.makes_machines:
        confirmed(f"Destroy {name} with its machines and everything in them?", yes=yes)
    else:
        hostcommands.confirm_reset(plan, hosts)
    access = hostcommands.meet(plan, accept_host_keys=False)

    async def removing() -> None:
        stop = Stop()
        on_signals(stop.at_once, hung_up=stop.at_once)
        with stop.cancels_this():
            await remove(cluster, say, access)

    asyncio.run(removing())
    say(f"{name} is gone.")
    return 0
