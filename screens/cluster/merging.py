"""Merges a cluster's kubeconfig into the person's own file, after a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubetui.base.errors import KubetuiError
from kubetui.base.files import tilde
from kubetui.cluster import kubeconfig
from kubetui.cluster.folder import Cluster
from kubetui.operations import context
from screens.widgets.choose import BACK, Choose

if TYPE_CHECKING:
    from textual.app import App

_MERGE = "merge"


def ask_to_merge(app: App[object], cluster: Cluster, *, possible: bool) -> None:
    """Ask, and merge; where it is not `possible`, the operation says why."""
    if not possible:
        _merge(app, cluster)
        return

    def answered(answer: str | None) -> None:
        if answer == _MERGE:
            _merge(app, cluster)

    try:
        path = tilde(kubeconfig.target(cluster.kubeconfig, cluster.name))
    except (KubetuiError, OSError) as error:
        app.notify(str(error), severity="error", markup=False)
        return
    text = f"Adds the context {cluster.name} to {path}. Everything else in it stays; a copy of it is kept."
    answers = [BACK, (_MERGE, "Merge", "add the context")]
    app.push_screen(Choose("Merge the kubeconfig", text, answers), answered)


def _merge(app: App[object], cluster: Cluster) -> None:
    try:
        done = context.merge(cluster)
    except (KubetuiError, OSError) as error:
        app.notify(str(error), severity="error", markup=False)
        return
    said = f"{tilde(done.path)} has the context {cluster.name}"
    app.notify(
        f"{said}: kubectl --context={cluster.name} get nodes" if done.changed else f"{said} already.", markup=False
    )
