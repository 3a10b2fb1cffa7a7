"""Turns problems into a check, so that every check reads the same; and checks into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.base.check import Check, blocking
from kubetui.base.errors import StepFailedError
from kubetui.base.text import harmless

NAMES: Final = ("api", "nodes", "pods", "pod-to-pod", "dns", "service", "nodeport", "trouble")
"""The checks of every proof, in order."""
POLICY: Final = "policy"
"""The one more, before the last, of a pod network that enforces NetworkPolicies."""
METRICS: Final = "metrics"
"""The one more, after the nodes, of a cluster with that add-on."""
MOST: Final = 6
"""How many problems a check's message names."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and what to do about it. A `mild` one is not the cluster's fault."""

    what: str
    fix: str
    mild: bool = False


def names(*, policies: bool, metrics: bool = False) -> tuple[str, ...]:
    """Return the checks of a proof, in order."""
    api, nodes, *others, trouble = NAMES
    return (api, nodes, *((METRICS,) if metrics else ()), *others, *((POLICY,) if policies else ()), trouble)


def verdict(name: str, problems: Sequence[Problem], fine: str) -> Check:
    """Return a check that failed if there is a problem that is not mild; `fine` is its message without any."""
    if not problems:
        return Check(name, "ok", harmless(fine))
    ranked = sorted(problems, key=lambda each: each.mild)
    said = [harmless(each.what) for each in ranked[:MOST]]
    if len(ranked) > MOST:
        said.append(f"and {len(ranked) - MOST} more")
    fixes = dict.fromkeys(harmless(each.fix) for each in ranked[:MOST] if each.fix)
    return Check(name, "warning" if ranked[0].mild else "failed", "; ".join(said), "\n".join(fixes))


def not_checked(name: str, why: str) -> Check:
    """Return a check that could not be made."""
    return Check(name, "not checked", harmless(why))


def line_of(check: Check) -> str:
    """Return a check's result as a line of text."""
    return f"{check.status}: {check.name}: {check.message}"


def failure(cluster: str, checks: Sequence[Check]) -> StepFailedError:
    """Return the error of a proof that found something; the first failed check gives its advice."""
    failed = blocking(checks)
    said = "; ".join(f"{check.name}: {check.message}" for check in failed)
    return StepFailedError(
        f"{len(failed)} of {len(checks)} checks of the cluster failed. {said}.",
        fix=f"{failed[0].fix}\nTo check again at any time: kubetui check {cluster}".strip(),
        id="PROOF",
        tail=tuple(map(line_of, checks)),
    )
