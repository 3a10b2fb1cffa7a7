"""The lesson rollout: a new version goes out without a lost replica, and the old one comes back."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.lesson import NODE_HERE, Begun, Lesson, Verdict, done, missing
from kubetui.software.lessons.seen import NAMESPACE, Seen
from kubetui.software.lessons.serving import serving, steady

_BACK: Final = f"kubectl rollout undo --namespace={NAMESPACE} deployment/"


def judge(seen: Seen, begun: Begun | None) -> Verdict:  # noqa: PLR0911 - one return for each thing that may be missing
    """Return whether a version that is newer than the lesson was out, and the one from before runs again."""
    there = serving(seen)
    if isinstance(there, Verdict):
        return there
    if begun is None or not begun.revision:
        return missing("Nobody noted which version ran.", "Start the lesson first: kubetui lesson start NAME rollout")
    name = there.deployment.name
    if there.deployment.missing:
        return missing(
            f"A rollout of {name} may do without {there.deployment.missing} of its replicas.",
            "strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}",
        )
    if not there.deployment.probed:
        return missing(
            f"The pods of {name} have no readinessProbe, so a rollout goes on before a new pod answers.",
            "httpGet: {path: /healthz, port: 8080}",
        )
    if lacking := steady(there.deployment):
        return lacking
    newer = [each for each in seen.revisions(name) if each.name != begun.revision and each.created >= begun.at]
    if not newer:
        return missing(
            f"{name} has had no new version since the lesson began: its pod template is the same.",
            "Scaling is no new version. Change the code, its ConfigMap or the image, and apply.",
        )
    if there.current.name in {each.name for each in newer}:
        return missing(
            f"The new version of {name} is out on {there.deployment.ready} replicas; now go back.", f"{_BACK}{name}"
        )
    return done(
        f"A new version was out and {name} is back at the one before, with {there.deployment.ready} replicas ready."
    )


ROLLOUT: Final = Lesson(
    name="rollout",
    title="Roll out a new version, and go back",
    goal="A new version of the service (another image or pod template) is rolled out without doing without a "
    "replica, and then the version "
    "from before runs again.",
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
            "The ConfigMap's name ends with a hash of serve.py. Without that, changed code would change no pod "
            "template, and nothing would roll out."
        ),
        "maxUnavailable: 0 keeps all replicas until new ones are ready; the readinessProbe says when that is.",
        (
            "A Deployment keeps the ReplicaSets of old versions with no pods, ten of them; undo scales one of them up "
            "again."
        ),
    ),
    judge=judge,
    restores=True,
    concepts=("deployment", "readiness"),
)
