"""metrics-server: what nodes and pods use, asked for over verified connections (kubernetes-sigs/metrics-server)."""

from __future__ import annotations

from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.base.scripts import script
from kubetui.software.addons.addon import CA_MARK, CERTIFICATE_MARK, KEY_MARK, AddOn, Brief, Workload, source
from kubetui.software.upstream import documents
from kubetui.software.upstream.source import text

NAME: Final = "metrics"
URL: Final = "https://github.com/kubernetes-sigs/metrics-server/releases/download/{version}/components.yaml"
IMAGE: Final = "registry.k8s.io/metrics-server/metrics-server"
NAMESPACE: Final = "kube-system"
SERVICE: Final = f"metrics-server.{NAMESPACE}.svc"
"""What the API server calls it, and what its certificate has to name."""
SECRET: Final = "metrics-server-tls"  # noqa: S105
FOLDER: Final = "/etc/metrics-server/tls"
CA_FILE: Final = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
"""The cluster's authority, which every pod with a service account has."""
_OWN: Final = {
    "--kubelet-certificate-authority": CA_FILE,
    "--kubelet-preferred-address-types": "InternalIP,ExternalIP,Hostname",
    "--tls-cert-file": f"{FOLDER}/tls.crt",
    "--tls-private-key-file": f"{FOLDER}/tls.key",
}
_INSECURE: Final = frozenset({"--cert-dir", "--kubelet-insecure-tls"})
"""Arguments that go: one has it sign its own certificate, the other has it believe every kubelet."""


def images(brief: Brief) -> tuple[str, ...]:
    """Return its image."""
    return (brief.placed(f"{IMAGE}:{brief.version}"),)


def manifest(brief: Brief) -> str:
    """Return metrics-server's manifest for a cluster. Raises ProfileError when it cannot be had or is another one.

    Its certificate, the key and the cluster's authority are marks: only the cluster has them.
    """
    changed: set[str] = set()

    def change(document: dict[str, Any]) -> None:
        if document.get("kind") == "APIService":
            spec = document["spec"]
            spec.pop("insecureSkipTLSVerify", None)
            spec["caBundle"] = CA_MARK
            changed.add("APIService")
        elif _deployment(document, brief):
            changed.add("Deployment")

    origin = source(NAME, URL, {}, brief)
    made = documents.rewritten(text(origin, brief.folder), {"APIService", "Deployment"}, change)
    if lacking := [kind for kind in ("Deployment", "APIService") if kind not in changed]:
        raise ProfileError(
            f"{origin.url} has no {' and no '.join(lacking)} of metrics-server's, so it is not its manifest.",
            fix="Check the url of the add-on metrics in the profile.",
        )
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": SECRET, "namespace": NAMESPACE},
        "type": "kubernetes.io/tls",
        "data": {"tls.crt": CERTIFICATE_MARK, "tls.key": KEY_MARK},
    }
    return f"{documents.dump([secret])}\n---\n{made}"


def _deployment(document: dict[str, Any], brief: Brief) -> bool:
    if document["metadata"]["name"] != WORKLOAD.name:
        return False
    pod = document["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    container["image"] = images(brief)[0]
    replaced = _INSECURE | _OWN.keys()
    kept = [word for word in container.get("args", ()) if word.partition("=")[0] not in replaced]
    container["args"] = [*kept, *(f"{name}={value}" for name, value in _OWN.items())]
    mount = {"mountPath": FOLDER, "name": "tls", "readOnly": True}
    container["volumeMounts"] = [*container.get("volumeMounts", ()), mount]
    pod["volumes"] = [*pod.get("volumes", ()), {"name": "tls", "secret": {"secretName": SECRET}}]
    return True


def changes(brief: Brief) -> tuple[str, ...]:
    """Return what kubetui changes in the manifest, and what it adds."""
    return (
        f"image {images(brief)[0]}",
        f"argument --kubelet-certificate-authority={CA_FILE}",
        f"secret {SECRET} with a certificate that the cluster's authority signs, in place of one of its own",
        "the API server's trust: the cluster's authority (caBundle) in place of insecureSkipTLSVerify",
        "each kubelet gets serverTLSBootstrap: true, and a serving certificate that the cluster's authority signs",
    )


WORKLOAD: Final = Workload(NAMESPACE, "deployment", "metrics-server")
METRICS: Final = AddOn(
    name=NAME,
    title="metrics-server",
    help="metrics (kubectl top, and numbers for autoscaling; 200 MiB)",
    why="Each kubelet knows what its pods use; metrics-server asks them all, so that kubectl top can tell.",
    page="metrics-server, README; kubernetes.io, Kubelet authentication/authorization; TLS bootstrapping",
    version="v0.9.0",
    tried="v0.9.0",
    url=URL,
    manifest=manifest,
    images=images,
    changes=changes,
    workloads=(WORKLOAD,),
    answers=script(__package__, "metrics-answers.sh"),
    kubelets_signed=True,
    service=SERVICE,
    concepts=("metrics", "serving-certificate"),
    memory=200,
)
