"""The pipeline's table of contents: every step, in the order in which one machine alone would take them."""

from __future__ import annotations

from kubetui.pipeline import Step
from kubetui.steps.claim import CLAIM
from kubetui.steps.clock import CLOCK
from kubetui.steps.containers import CONTAINERD_CONFIG, PULL_IMAGES
from kubetui.steps.control_plane import INIT_STEP, KUBECONFIG_STEP, POD_NETWORK
from kubetui.steps.control_planes import JOIN_CONTROL_PLANE
from kubetui.steps.finish import CHECK, COMPLETION
from kubetui.steps.machine import CONNECT, FACTS, START
from kubetui.steps.packages import BASE_PACKAGES, KUBERNETES_PACKAGES, PACKAGE_REPOSITORY, RUNTIME
from kubetui.steps.system import HOST_NAMES, MODULES, SWAP
from kubetui.steps.workers import JOIN_STEP

STEPS: tuple[Step, ...] = (
    START,
    CONNECT,
    FACTS,
    CLOCK,
    CLAIM,
    HOST_NAMES,
    SWAP,
    MODULES,
    BASE_PACKAGES,
    RUNTIME,
    PACKAGE_REPOSITORY,
    KUBERNETES_PACKAGES,
    CONTAINERD_CONFIG,
    PULL_IMAGES,
    INIT_STEP,
    KUBECONFIG_STEP,
    POD_NETWORK,
    JOIN_CONTROL_PLANE,
    JOIN_STEP,
    COMPLETION,
    CHECK,
)
