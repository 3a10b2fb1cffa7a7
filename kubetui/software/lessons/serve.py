"""The lesson serve: a REST service with two replicas answers at a port of every node."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.jobs import modelled
from kubetui.software.lessons.lesson import NODE_HERE, Begun, Lesson, Look, Verdict, done, missing
from kubetui.software.lessons.seen import NAMESPACE, Found, Seen
from kubetui.software.lessons.serving import Serving, serving, steady

REPLICAS: Final = 2


def judge(seen: Seen, _begun: Begun | None) -> Verdict | Look:  # noqa: PLR0911 - one return for each thing that may be missing
    """Return whether two replicas are ready behind a port of the nodes and answer as the model does."""
    there = serving(seen)
    if isinstance(there, Verdict):
        return there
    if there.deployment.replicas < REPLICAS:
        return missing(
            f"The Deployment {there.deployment.name} wants {there.deployment.replicas} replica, not {REPLICAS}.",
            f"kubectl scale --namespace={NAMESPACE} deployment/{there.deployment.name} --replicas={REPLICAS}",
        )
    if lacking := steady(there.deployment):
        return lacking
    if len(there.pods) < REPLICAS:
        return missing(
            f"{len(there.pods)} pod is behind the Service {there.service.name}, not {REPLICAS}.",
            "Its selector has to name labels of all.",
        )
    bound = seen.bound(there.deployment.claims)
    if not bound:
        return missing(
            f"The Deployment {there.deployment.name} mounts no claim, so it cannot have the model of the first lesson.",
            "It needs a volume with persistentVolumeClaim: data, and a volumeMount.",
        )
    if seen.found is None:
        address = next(iter(seen.nodes.values()), "")
        return Look(bound[0].name, there.deployment.image, f"http://{address}:{there.service.node_port}/predict")
    return modelled(bound[0].name, seen.found) or _answers(there, seen.found)


def _answers(there: Serving, found: Found) -> Verdict:
    if not found.asked:
        return missing(
            f"Port {there.service.node_port} of a node does not answer POST /predict: {found.answer}",
            'It takes {"pixels": [64 numbers]} and answers {"digit": N}, as JSON.',
        )
    if found.same < found.asked:
        return missing(
            f"{found.same} of {found.asked} answers are the model's own; the last one: {found.answer}",
            'Does the service scale the pixels as training did, and answer {"digit": N} with a number (.item() of '
            "the array)?",
        )
    ready = len(there.pods)
    return done(f"{ready} replicas answer at port {there.service.node_port} of every node, as the model does.")


SERVE: Final = Lesson(
    name="serve",
    title="Serve predictions with two replicas",
    goal="A Deployment with two replicas loads the model from the claim and answers POST /predict: "
    '{"pixels": [64 numbers from 0 to 16]} '
    'gets {"digit": N}. A Service of type NodePort opens the same port on every node, so that curl on this '
    "computer reaches it.",
    after="batch",
    files=(
        ("serve.py", "the service, with Python's own server"),
        ("deployment.yaml", "two pods that run it"),
        ("service.yaml", "a port on every node that leads to them"),
        ("kustomization.yaml", "what kubectl apply -k applies, and the ConfigMap with the script"),
        ("digit.json", "a picture of a 3, to ask with"),
    ),
    commands=(
        "kubectl apply -k .",
        f"kubectl rollout status --namespace={NAMESPACE} deployment/serve --timeout=300s",
        f"kubectl get --namespace={NAMESPACE} services,endpointslices",
        f"port=$(kubectl get --namespace={NAMESPACE} service/serve -o jsonpath='{{.spec.ports[0].nodePort}}')",
        f"curl --data @digit.json http://{NODE_HERE}:$port/predict",
    ),
    hints=(
        "predict returns an array, of which int() makes no number with NumPy 2.4 or later: use .item().",
        "The service scales as training did, because the scaler is part of the model.",
        (
            "Python's http.server is for a lesson alone: no limits, no TLS, no access control. Take gunicorn or "
            "uvicorn for more."
        ),
        "A Service of type LoadBalancer waits for an address for ever, unless something in the cluster gives one.",
    ),
    judge=judge,
    concepts=("deployment", "service", "nodeport", "readiness"),
)
