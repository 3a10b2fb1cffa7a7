"""Steps for kubelets with serving certificates of the cluster's authority: they get them, and lose them again."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import typed
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Step, Teaching, Where
from kubetui.steps.cluster.serving import recipes

SOURCE: Final = "kubernetes.io, Certificate Management with kubeadm: Enabling signed kubelet serving certificates"
_FILE: Final = "/var/lib/kubelet/config.yaml"
_PATCH: Final = "kubectl --namespace=kube-system patch configmap kubelet-config --type=merge --patch-file=<file>"


def _of_kubelet(expression: str) -> Teaching:
    return Teaching(
        commands=lambda _plan, _machine: (typed("sed", "-i", expression, _FILE), "systemctl restart kubelet"),
        concepts=("serving-certificate", "kubelet-configuration"),
        changes=lambda _plan, _machine: (f"file {_FILE}", "folder /var/lib/kubelet/pki"),
    )


def _of_cluster(command: str) -> Teaching:
    return Teaching(
        commands=lambda _plan, _machine: (_PATCH, command),
        concepts=("serving-certificate", "certificates"),
        changes=lambda _plan, _machine: ("configmap kubelet-config in kube-system",),
    )


def signing(after: tuple[Step, ...]) -> tuple[Step, Step]:
    """Return the steps that have the kubelets ask for certificates, and that approve their requests."""
    asking = Step(
        name="kubelet-serving",
        title="Have the kubelet ask for a serving certificate",
        why="kubeadm's kubelets sign what they show themselves: whoever asks them cannot know that it is them.",
        source=SOURCE,
        where=Where.EVERY,
        needs=after,
        recipe=recipes.serving,
        run=follow_recipe,
        wanted=recipes.wanted,
        teaches=_of_kubelet("/^serverTLSBootstrap:/d; $a\\serverTLSBootstrap: true"),
    )
    approved = Step(
        name="approve-serving",
        title="Approve the kubelets' serving certificates",
        why="Nobody else can judge them: kubetui knows which name and address each machine has, and approves only those.",
        source=SOURCE,
        where=Where.FIRST,
        needs=(asking,),
        gathers=True,
        recipe=recipes.approval,
        run=follow_recipe,
        wanted=recipes.wanted,
        teaches=_of_cluster("kubectl certificate approve <request>"),
    )
    return asking, approved


def withdrawing(after: tuple[Step, ...]) -> tuple[Step, Step]:
    """Return the steps that take the certificates back from the kubelets, and what the cluster knows of them."""
    withdrawn = Step(
        name="kubelet-self-signed",
        title="Have the kubelet sign its certificate again",
        why="Without the add-on nobody approves the requests, and a kubelet without a certificate shows no logs.",
        source=SOURCE,
        where=Where.EVERY,
        needs=after,
        recipe=recipes.withdrawal,
        run=follow_recipe,
        wanted=recipes.withdrawn,
        teaches=_of_kubelet("/^serverTLSBootstrap: true$/d"),
    )
    forgotten = Step(
        name="forget-serving",
        title="Forget the requests for serving certificates",
        why="The cluster's own kubelet configuration says the same again as the one on every machine.",
        source=SOURCE,
        where=Where.FIRST,
        needs=(withdrawn,),
        gathers=True,
        recipe=recipes.oblivion,
        run=follow_recipe,
        wanted=recipes.withdrawn,
        teaches=_of_cluster("kubectl delete certificatesigningrequest <request> --ignore-not-found"),
    )
    return withdrawn, forgotten
