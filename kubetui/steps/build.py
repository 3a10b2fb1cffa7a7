"""Every step of a build, in the order in which a single machine runs them, and those of what comes after it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from kubetui.engine.step import Step
from kubetui.steps.checkpoints import woven
from kubetui.steps.cluster import certificates
from kubetui.steps.cluster.addons.steps import (
    APPROVED,
    CLEAR,
    FORGET_REGISTRY,
    FORGOTTEN,
    INSTALLING,
    REMOVING,
    SERVING,
    WITHDRAWN,
)
from kubetui.steps.cluster.backup.save import saving
from kubetui.steps.cluster.check import CHECK, COMPLETION, PROOF
from kubetui.steps.cluster.init import (
    BRING_BACKUP,
    CERTIFICATES,
    INIT_STEP,
    KUBECONFIG_STEP,
    POD_NETWORK,
    SETTLE,
)
from kubetui.steps.cluster.join import JOIN_STEP, KUBELET_CERTIFICATE
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE
from kubetui.steps.cluster.labels import LABEL_NODES
from kubetui.steps.cluster.leave.steps import LEAVING
from kubetui.steps.cluster.registry.steps import KNOWN
from kubetui.steps.cluster.upgrade import steps as upgrade
from kubetui.steps.cluster.vip.steps import SHARED_ADDRESS
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.clock import CLOCK
from kubetui.steps.machine.halt import HALTING
from kubetui.steps.machine.redhat.steps import FIREWALL, SELINUX
from kubetui.steps.machine.snapshot import SNAPSHOTS
from kubetui.steps.machine.start import CONNECT, FACTS, START
from kubetui.steps.machine.system import HOST_NAMES, MODULES, SWAP, TRUST
from kubetui.steps.node.containers import PULL_IMAGES, RUNTIME_CONFIG
from kubetui.steps.node.packages import BASE_PACKAGES, KUBERNETES_PACKAGES, PACKAGE_REPOSITORY, RUNTIME

STEPS: tuple[Step, ...] = (
    START,
    CONNECT,
    FACTS,
    CLOCK,
    CLAIM,
    TRUST,
    SELINUX,
    FIREWALL,
    HOST_NAMES,
    SWAP,
    MODULES,
    BASE_PACKAGES,
    RUNTIME,
    PACKAGE_REPOSITORY,
    KUBERNETES_PACKAGES,
    RUNTIME_CONFIG,
    KNOWN,
    PULL_IMAGES,
    SHARED_ADDRESS,
    CERTIFICATES,
    BRING_BACKUP,
    INIT_STEP,
    SETTLE,
    KUBECONFIG_STEP,
    POD_NETWORK,
    JOIN_CONTROL_PLANE,
    KUBELET_CERTIFICATE,
    JOIN_STEP,
    LABEL_NODES,
    COMPLETION,
    *LEAVING,
    *REMOVING,
    CLEAR,
    WITHDRAWN,
    FORGOTTEN,
    FORGET_REGISTRY,
    SERVING,
    APPROVED,
    *INSTALLING,
    CHECK,
    PROOF,
)

REACHED: Final = replace(CONNECT, needs=())
"""To machines that have to run already."""
_RENEWED: Final = replace(
    CERTIFICATES,
    title="Renew the certificates",
    needs=(REACHED,),
    run=partial(certificates.renew, everything=True),
    in_turn=True,
)
RENEWING: Final[tuple[Step, ...]] = (
    REACHED,
    _RENEWED,
    replace(KUBECONFIG_STEP, needs=(_RENEWED,)),
    replace(APPROVED, needs=(_RENEWED,)),
)
"""What renews a cluster's certificates while it runs."""
_CHECKED: Final = replace(CHECK, needs=upgrade.STEPS)
UPGRADE: Final[tuple[Step, ...]] = (*upgrade.STEPS, _CHECKED, replace(PROOF, needs=(*upgrade.STEPS, _CHECKED)))
"""What brings a cluster to another version of Kubernetes."""
CHECKPOINTED: Final = woven(STEPS, looking=(CONNECT, FACTS, CHECK, PROOF))
"""A build with a checkpoint after each step that changes something."""
ALL: Final[tuple[Step, ...]] = (*CHECKPOINTED, *HALTING, *SNAPSHOTS, *upgrade.OWN, *saving(Path()))
"""Every step there is, each name once."""
