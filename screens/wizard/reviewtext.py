"""The review's texts: pure functions of the plan and of the host checks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from textual.content import Content

from kubetui.base.check import Check, Status
from kubetui.base.errors import KubetuiError
from kubetui.base.text import PROMPT, counted
from kubetui.engine.events import TaskId
from kubetui.machines.vagrant.project import vagrantfile
from kubetui.machines.vagrant.settings import machines_document
from kubetui.operations.plan import StepText, own_settings
from kubetui.profile.plan import Plan
from kubetui.profile.questions.advice import fields, for_pages
from kubetui.profile.questions.pages import pages
from kubetui.profile.words import trusted
from kubetui.record.state import ClusterState
from screens.widgets.chrome import marked
from screens.widgets.symbols import OF_CHECKS
from screens.wizard.draft import Draft

_ORDER: Final[Mapping[Status, int]] = {"failed": 0, "warning": 1, "not checked": 2, "ok": 3}


def cluster_line(plan: Plan, found: ClusterState | None, before: str = "") -> Content:
    """Return which cluster the run builds: a new one, or the one that was `found` under its name.

    `before` is the cluster whose name, with a number, is that of the new one.
    """
    name = Content.styled(plan.profile.name, "bold $accent")
    if found is None:
        return Content.assemble("New cluster ", name, f": there is a cluster {before} already" if before else "")
    state = "built" if found.unasked else found.state.value
    goes_on = f" exists ({state}): the run goes on with it and repeats nothing that is done."
    if found.plan is None or found.plan.profile != plan.profile:
        goes_on = f" exists ({state}), with other answers: the run asks before that costs a machine."
    return Content.assemble(name, goes_on)


def machines_table(plan: Plan) -> Content:
    """Return the machines, one per row, and below them the profile's less common settings."""
    rows = _made(plan) if plan.provider.makes_machines else _existing(plan)
    return Content("\n").join([Content.styled(rows[0], "dim"), *map(Content, rows[1:]), *_beyond(plan)])


def _made(plan: Plan) -> list[str]:
    names = max(7, *(len(machine.name) for machine in plan.machines))
    sizes = max(len(f"{machine.memory} MiB") for machine in plan.machines)
    rows = [f"{'Machine':<{names}}  {'Role':<13}  {'Address':<15}  {'Memory':>{sizes}}  CPUs  Box"]
    for machine in plan.machines:
        memory = f"{machine.memory} MiB"
        rows.append(
            f"{machine.name:<{names}}  {machine.role:<13}  {machine.address!s:<15}  {memory:>{sizes}}  "
            f"{machine.cpus:>4}  {plan.box_of(machine)[0]}"
        )
    return rows


def _existing(plan: Plan) -> list[str]:
    names = max(7, *(len(machine.name) for machine in plan.machines))
    rows = [f"{'Machine':<{names}}  {'Role':<13}  {'Address':<15}  Reached"]
    for machine in plan.machines:
        way = machine.host.way if machine.host else ""
        rows.append(f"{machine.name:<{names}}  {machine.role:<13}  {machine.address!s:<15}  {way}")
    return rows


def _beyond(plan: Plan) -> Iterator[Content]:
    yield from (Content.styled(line, "dim") for line in own_settings(plan))
    for each in trusted(plan):
        yield Content.assemble(("Company CA    ", "dim"), each)
    network = plan.profile.network
    if plan.common_endpoint:
        yield Content.assemble(("API endpoint  ", "dim"), plan.api_endpoint)
    if plan.pod_network.own and network.manifest is not None:
        yield Content.assemble(("Pod network   ", "dim"), network.manifest.path or network.manifest.url or "")
        if network.manifest.sha256:
            yield Content.assemble(("SHA-256       ", "dim"), network.manifest.sha256)
    if source := plan.pod_network.source(plan.cluster_network):
        yield Content.assemble(("Pod network   ", "dim"), source.url)
        known = source.sha256 or "not known to kubetui: the first text that the cluster gets is remembered"
        yield Content.assemble(("SHA-256       ", "dim"), known)


def checks_text(checks: Sequence[Check], width: int) -> Content:
    """Return a row per failed check with its fix; checks that passed share rows of `width` columns."""
    rows = [_check(check) for check in _sorted(checks) if check.status != "ok"]
    names = dict.fromkeys(check.name.partition(" of ")[0] for check in checks if check.status == "ok")
    row: list[Content] = []
    for good in (marked("done", name) for name in names):
        if sum(each.cell_length + 3 for each in row) + good.cell_length > width:
            rows.append(Content("   ").join(row))
            row = []
        row.append(good)
    return Content("\n").join([*rows, Content("   ").join(row)])


def all_checks(checks: Sequence[Check]) -> Content:
    """Return every check with its finding, failed ones first."""
    return Content("\n").join(_check(check) for check in _sorted(checks))


def _sorted(checks: Sequence[Check]) -> list[Check]:
    return sorted(checks, key=lambda check: _ORDER[check.status])


def _check(check: Check) -> Content:
    mark = OF_CHECKS[check.status]
    if check.status == "ok":
        return Content.assemble(marked(mark, check.name), f"  {check.message}")
    text = Content.assemble(marked(mark, check.message))
    return Content.assemble(text, "\n  ", for_pages(check.fix)) if check.fix else text


def refusal(check: Check) -> tuple[str, str]:
    """Return why a failed check forbids the run, as a title and what to do: to change an answer, or this host."""
    found = fields(check.fix)
    if not found:
        return "This host is not ready", f"{check.message} r checks again, h shows every check."
    title, page = found[0].title, next(page.title for page in pages() if found[0] in page.questions)
    return "This needs another answer", f"{check.message} Change {title} on the page {page}: esc goes back."


def step_row(step: StepText, *, wide: bool, yours: bool = False) -> Content:
    """Return a step's row in the list; `yours` says that the person does it by hand."""
    title = marked("yours", f"yours: {step.title}") if yours else Content(step.title)
    gap = " " * max(1, 39 - title.cell_length)
    return Content.assemble(title, gap, (step.where, "dim")) if wide else title


def vagrant_files(plan: Plan) -> str:
    """Return the two files that Vagrant reads, the one with this cluster's values first; empty where it reads none."""
    if not plan.provider.starts_from_box:
        return ""
    try:
        values = json.dumps(machines_document(plan), indent=2)
    except KubetuiError as error:
        values = str(error)
    same = f"# Vagrantfile: the same for every cluster\n{vagrantfile()}"
    return f"# machines.json: this cluster's values\n{values}\n\n{same}"


def step_text(step: StepText, files: str = "", *, whole: bool = False) -> Content:
    """Return a step: where it runs, why, its source, its commands and what they change.

    The script and the `files` that belong to it follow if it is `whole`.
    """
    parts: list[Content] = [
        Content.assemble((f"{step.where[0].upper()}{step.where[1:]}. ", "bold"), step.why),
        Content.styled(step.source, "dim"),
    ]
    if step.taught:
        parts += _section(f"Commands on {step.machine}", (f"{PROMPT}{command}" for command in step.taught), "$accent")
    else:
        parts += _section("Commands", (step.none or "There are no commands to run by hand.",), "dim")
    if step.changes:
        parts += _section("What it changes", step.changes, "")
    for title, text in (("The whole script", step.commands), ("The Vagrantfile and its values", files)):
        if text and whole:
            parts += _section(title, (text,), "")
        elif text:
            parts += [Content(""), Content.styled(f"space shows {title[0].lower()}{title[1:]}", "dim")]
    return Content("\n").join(parts)


def _section(title: str, lines: Iterable[str], style: str) -> list[Content]:
    return [Content(""), Content.styled(title, "bold"), *(Content.styled(line, style) for line in lines)]


def command(name: str, yours: Iterable[TaskId] = ()) -> str:
    """Return the command that builds a saved profile; `yours` are the tasks that the person does by hand."""
    return " ".join([f"kubetui up {name} --yes", *sorted(f"--your-turn {task}" for task in yours)])


def headless(draft: Draft, seconds: float | None, yours: Iterable[TaskId] = ()) -> Content:
    """Return the estimate, if there is one, and the command that does the same without the wizard."""
    known = f"{_about(seconds)}, judging by earlier runs here.   " if seconds else ""
    if draft.source and not draft.changed:
        label = "" if known else "Without the wizard: "
        return Content.assemble(known, (label, "dim"), command(draft.source, yours))
    words = "Press s to save it for kubetui up." if known else "Once saved, it also runs without the wizard."
    return Content.assemble(known, (words, "dim"))


def _about(seconds: float) -> str:
    return f"About {counted(max(1, round(seconds / 60)), 'minute')}"
