"""The lesson rollout: a new version goes out without a lost replica, and the old one comes back."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.lesson import CLUSTER_HERE, NODE_HERE, Begun, Lesson, Verdict, done, missing
from kubetui.software.lessons.seen import NAMESPACE, Seen
from kubetui.software.lessons.serving import serving, steady

_BACK: Final = f"kubectl rollout undo --namespace={NAMESPACE} deployment/"


def judge(seen: Seen, begun: Begun | None) -> Verdict:  # noqa: PLR0911 - one return for each thing that may be missing
    """Return whether a version that is newer than the lesson was out, and the one from before runs again."""
    there = serving(seen)
    if isinstance(there, Verdict):
        return there
    if begun is None or not begun.revision:
        return missing(
            "It was not noted which version ran before.",
            f"Start the lesson first: kubetui lesson start {CLUSTER_HERE} rollout",
        )
    name = there.deployment.name
    if there.deployment.missing:
        return missing(
            f"During a rollout of {name}, {there.deployment.missing} of its replicas may be missing.",
            "strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}",
        )
    if not there.deployment.probed:
        return missing(
            f"The pods of {name} have no readinessProbe, so a rollout goes on before a new pod answers.",
            "httpGet: {path: /healthz, port: 8080}",
        )
    if said := steady(there.deployment):
        return said
    newer = [each for each in seen.revisions(name) if each.name != begun.revision and each.created >= begun.at]
    if not newer:
        return missing(
            f"{name} has had no new version since the lesson began: its pod template is the same.",
            "Scaling makes no new version. Change the image, or the code and with it the ConfigMap's name, and apply.",
        )
    if there.current.name in {each.name for each in newer}:
        return missing(
            f"The new version of {name} is out on {there.deployment.ready} replicas; now go back.", f"{_BACK}{name}"
        )
    return done(
        f"A new version was out, and {name} is back at the one before, with {there.deployment.ready} replicas ready."
    )


ROLLOUT: Final = Lesson(
    name="rollout",
    title="Roll out a new version, and go back",
    goal="A new version of the service (another image, or anything else in the pod template) is rolled out, and no "
    "replica is missing meanwhile. Then the version from before runs again.",
    after="break",
    files=(
        ("serve.py", "version 2, which also says how sure it is"),
        ("deployment.yaml", "the Deployment of the lesson serve, with four replicas"),
        ("kustomization.yaml", "what kubectl apply -k applies, and the ConfigMap with the script"),
        ("digit.json", "a picture of a 3, to ask with"),
    ),
    commands=(
        "kubectl apply -k .",
        f"kubectl rollout status --namespace={NAMESPACE} deployment/serve --timeout=300s",
        f"port=$(kubectl get --namespace={NAMESPACE} service/serve -o jsonpath='{{.spec.ports[0].nodePort}}')",
        f"curl --data @digit.json http://{NODE_HERE}:$port/predict",
        f"kubectl rollout history --namespace={NAMESPACE} deployment/serve",
        f"{_BACK}serve",
        f"kubectl rollout status --namespace={NAMESPACE} deployment/serve --timeout=300s",
        f"curl --data @digit.json http://{NODE_HERE}:$port/predict",
    ),
    hints=(
        (
            "The ConfigMap's name ends with a hash of serve.py. Without that, changed code would leave the pod "
            "template as it is, and nothing would roll out."
        ),
        "maxUnavailable: 0 keeps all replicas until new ones are ready; the readinessProbe says when that is.",
        "A pod that goes answers for some seconds more, so the first answer after a rollout may be the old version's.",
        "A Deployment keeps the ReplicaSets of its last ten versions, without pods. undo scales one of them up again.",
    ),
    judge=judge,
    restores=True,
    concepts=("deployment", "readiness"),
)
