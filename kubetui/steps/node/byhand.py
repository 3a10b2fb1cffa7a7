"""How a person installs packages by hand: goals and hints. The steps' own probes judge, whatever way was gone."""

from __future__ import annotations

from typing import Final

from kubetui.engine.step import Turn

RUNTIME: Final = Turn(
    goal=lambda plan, _machine: (
        f"{plan.runtime.name} is installed from packages, new enough for Kubernetes {plan.version}."
        + (f" {plan.runtime.archive.program} is from its project's archive." if plan.runtime.archive else "")
    ),
    hint="the package, from the system's own repository or the project's",
)
KUBERNETES: Final = Turn(
    goal=lambda plan, _machine: (
        f"kubelet, kubeadm and kubectl {plan.version} are installed and held, so that no upgrade changes them, "
        "and the kubelet starts at boot."
    ),
    hint="install, hold and enable",
)
