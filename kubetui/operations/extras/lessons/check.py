"""Judges whether a lesson is done, whichever way a person took."""

from __future__ import annotations

import time
from dataclasses import replace

from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import refuse_rehearsal, visit
from kubetui.operations.extras.lessons import record as records
from kubetui.operations.extras.lessons.asking import judged
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.software.lessons import Lesson, Verdict


def refuse(plan: Plan) -> None:
    """Raise UsageError for a rehearsal, in which nothing runs."""
    refuse_rehearsal(plan, "and runs no pods to learn with")


async def check(cluster: Cluster, lesson: Lesson, access: Access | None = None) -> Verdict:
    """Return whether a lesson is done, or what is missing; remember that it was.

    Leaves nothing on the cluster. Raises RunError when the control plane does not answer, and as the lock does.
    """
    with cluster.lock("check"):
        plan = Plan(profilefile.load_built(cluster))
        refuse(plan)
        node = await visit(cluster, make(plan, cluster.folder, access), plan.control_plane)
        try:
            record = records.read(cluster)
            answer = await judged(node, lesson, record.begun(lesson.name))
        finally:
            await node.close()
        entry = record.lessons.get(lesson.name)
        if entry is not None:
            passed = time.time() if answer.verdict.done else 0.0
            records.write(cluster, record.having(lesson.name, replace(entry, passed=passed)))
        return answer.verdict.of(cluster.name)
