"""The lesson serve: a REST service with two replicas answers at a port of every node."""

from __future__ import annotations

from typing import Final

from kubetui.software.lessons.jobs import lacking, looked
from kubetui.software.lessons.lesson import CLUSTER_HERE, NODE_HERE, Begun, Lesson, Look, Verdict, done, missing
from kubetui.software.lessons.seen import NAMESPACE, Found, Seen
from kubetui.software.lessons.serving import Serving, enough, serving

REPLICAS: Final = 2


def judge(seen: Seen, _begun: Begun | None) -> Verdict | Look:
    """Return whether two replicas are ready behind a port of the nodes and answer as the model does."""
    there = serving(seen)
    if isinstance(there, Verdict):
        return there
    if said := enough(there.deployment, REPLICAS):
        return said
    if len(there.pods) < REPLICAS:
        return missing(
            f"{len(there.pods)} of {there.deployment.replicas} replicas is behind the Service {there.service.name}.",
            "Its selector has to name labels that all of them have.",
        )
    bound = seen.bound(there.deployment.claims)
    if not bound:
        return missing(
            f"The Deployment {there.deployment.name} mounts no claim, so it cannot have the model of the first lesson.",
            "It needs a volume with the claim of the Job that trained, and a volumeMount.",
        )
    url = f"http://{next(iter(seen.nodes.values()), '')}:{there.service.node_port}/predict"
    looks = [Look(claim.name, there.deployment.image, url) for claim in bound]
    kept = looked(seen, looks, lambda each: not lacking("", each))
    if isinstance(kept, Look):
        return kept
    return lacking(*kept) or _answers(there, kept[1])


def _answers(there: Serving, found: Found) -> Verdict:
    if not found.asked:
        return missing(
            f"POST /predict at port {there.service.node_port} of a node gives no digit: {found.answer}",
            'It takes {"pixels": [64 numbers]} and answers {"digit": N}, as JSON.',
        )
    if found.same < found.asked:
        return missing(
            f"{found.same} of {found.asked} answers are the model's own; the last one: {found.answer}",
            "Give the model the pixels as they come, and make a number of its array with .item(), not with int().",
        )
    ready = len(there.pods)
    return done(f"{ready} replicas answer at port {there.service.node_port} of every node, as the model does.")


SERVE: Final = Lesson(
    name="serve",
    title="Serve predictions with two replicas",
    goal="A Deployment with two replicas loads the model from the claim. POST /predict with the JSON "
    '{"pixels": [64 numbers from 0 to 16]} is answered with {"digit": N}; more may be in the answer. A Service of type '
    "NodePort opens the same port on every node, so that curl on this computer reaches it.",
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
        "predict returns an array. Since NumPy 2.4 int() makes no number of one; .item() does.",
        "The service need not scale the pixels: the scaler is part of the model.",
        (
            "Python's http.server is for a lesson alone: it has no limits, no TLS and no access control. For more take "
            "gunicorn or uvicorn."
        ),
        (
            "A Service of type LoadBalancer waits for its address for ever unless something in the cluster gives one: "
            f"kubetui addon add {CLUSTER_HERE} loadbalancer"
        ),
    ),
    judge=judge,
    concepts=("deployment", "service", "nodeport", "readiness"),
)
