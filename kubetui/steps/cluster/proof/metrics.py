"""Whether kubectl top tells what the nodes use, and which requests for kubelets' certificates wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kubetui.base.check import Check
from kubetui.base.errors import RunError
from kubetui.base.scripts import script
from kubetui.base.text import counted
from kubetui.cluster.tables import ADMIN
from kubetui.remote.command import Command
from kubetui.software.addons.metrics import METRICS
from kubetui.steps.cluster.proof.findings import METRICS as NAME
from kubetui.steps.cluster.proof.findings import Problem, not_checked, verdict
from kubetui.steps.cluster.proof.scene import Scene
from kubetui.steps.cluster.serving.recipes import REQUESTS, machines

LOOK: Final = ADMIN + REQUESTS + METRICS.answers + script(__package__, "metrics-look.sh")
_LACKS: Final = "lacks"
_FITS: Final = "fits"


async def check(scene: Scene) -> Check:
    """Ask the add-on what it lacks, and judge the requests that nobody has decided."""
    if len(scene.machines) < len(scene.plan.machines):
        return not_checked(NAME, "the cluster is not complete yet")
    try:
        text = await scene.first.read(Command(LOOK, {"MACHINES": machines(scene.plan)}, timeout=120))
    except RunError as error:
        return not_checked(NAME, error.message)
    return judge_metrics(text, len(scene.machines), scene.plan.profile.name)


def judge_metrics(text: str, count: int, cluster: str) -> Check:
    """Judge what the first control plane said, a line for each finding; a request that does not fit is mild."""
    fine = f"kubectl top tells what {counted(count, 'node')} {'uses' if count == 1 else 'use'}, asked over verified connections"
    return verdict(NAME, list(_problems(text, cluster)), fine)


def _problems(text: str, cluster: str) -> Iterator[Problem]:
    for line in filter(None, text.splitlines()):
        word, _, rest = line.partition(" ")
        if word == _LACKS:
            yield Problem(rest, f"To mend it: kubetui mend {cluster}")
        elif word == _FITS:
            what = f"a kubelet waits until somebody approves its request {rest}"
            yield Problem(what, f"kubetui has judged it, and approves it: kubetui mend {cluster}", mild=True)
        else:
            fix = f"Nobody approves it unless you do. See who asks: kubectl describe certificatesigningrequest {word}"
            yield Problem(f"the request {word} for a serving certificate waits: {rest}", fix, mild=True)
