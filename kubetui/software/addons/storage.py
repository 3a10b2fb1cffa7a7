"""local-path: volumes on the nodes' own disks (rancher/local-path-provisioner, README)."""

from __future__ import annotations

from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.base.scripts import script
from kubetui.software.addons.addon import AddOn, Brief, Workload, source
from kubetui.software.upstream import documents
from kubetui.software.upstream.source import text

NAME: Final = "storage"
URL: Final = "https://raw.githubusercontent.com/rancher/local-path-provisioner/{version}/deploy/local-path-storage.yaml"
IMAGE: Final = "docker.io/rancher/local-path-provisioner"
HELPER: Final = "docker.io/library/busybox:stable"
"""What makes and removes a volume's folder. Upstream names busybox without a release."""
CLASS: Final = "local-path"
FOLDER: Final = "/opt/local-path-provisioner"
_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"
_HELPER_FILE: Final = "helperPod.yaml"
SUMS: Final = {
    "v0.0.30": "fe682186b00400fe7e2b72bae16f63e47a56a6dcc677938c6642139ef670045e",
    "v0.0.33": "559cf77629e3116554dcaa4ea6492fde686d09d039c8fbcd52722089b9bb3797",
    "v0.0.37": "9781b39c24f3f651bd6d6e41b561e04e4904bbdb6d4f8c7a6009df3a702dcd65",
}
"""The manifest's checksum by release, of the file in the Go module github.com/rancher/local-path-provisioner."""


def images(brief: Brief) -> tuple[str, ...]:
    """Return the provisioner's image and its helper's."""
    return (brief.placed(f"{IMAGE}:{brief.version}"), brief.placed(HELPER))


def manifest(brief: Brief) -> str:
    """Return local-path's manifest for a cluster. Raises ProfileError when it cannot be had or is another one."""
    changed: set[str] = set()

    def change(document: dict[str, Any]) -> None:
        for kind, alter in _CHANGES.items():
            if document.get("kind") == kind and alter(document, brief):
                changed.add(kind)

    origin = source(NAME, URL, SUMS, brief)
    made = documents.rewritten(text(origin, brief.folder), _CHANGES, change)
    if lacking := [kind for kind in _CHANGES if kind not in changed]:
        raise ProfileError(
            f"{origin.url} has no {' and no '.join(lacking)} of local-path's, so it is not its manifest.",
            fix="Check the url of the add-on storage in the profile.",
        )
    return made


def _deployment(document: dict[str, Any], brief: Brief) -> bool:
    for container in documents.containers(document):
        container["image"] = images(brief)[0]
    return bool(document["metadata"]["name"] == WORKLOAD.name)


def _storage_class(document: dict[str, Any], _brief: Brief) -> bool:
    document["metadata"].setdefault("annotations", {})[_DEFAULT] = "true"
    return bool(document["metadata"]["name"] == CLASS)


def _configuration(document: dict[str, Any], brief: Brief) -> bool:
    """Pin the helper's image, line by line: the file is YAML inside YAML, and its comments stay."""
    lines = document.get("data", {}).get(_HELPER_FILE, "").split("\n")
    named = [number for number, line in enumerate(lines) if line.strip().startswith("image:")]
    for number in named:
        indent = lines[number].partition("image:")[0]
        lines[number] = f"{indent}image: {images(brief)[1]}"
    if named:
        document["data"][_HELPER_FILE] = "\n".join(lines)
    return bool(named)


_CHANGES: Final = {"Deployment": _deployment, "StorageClass": _storage_class, "ConfigMap": _configuration}


def changes(brief: Brief) -> tuple[str, ...]:
    """Return what kubetui changes in the manifest."""
    provisioner, helper = images(brief)
    return (f"image {provisioner}", f"the helper's image {helper}", f"storage class {CLASS} is the default")


WORKLOAD: Final = Workload("local-path-storage", "deployment", "local-path-provisioner")
STORAGE: Final = AddOn(
    name=NAME,
    title="local-path",
    help="storage (volumes on the nodes' own disks, and the default class; 30 MiB)",
    why="A claim waits for ever until something makes volumes; local-path makes a folder on the pod's own node.",
    page="local-path-provisioner, README",
    version="v0.0.37",
    tried="v0.0.30",
    url=URL,
    sums=SUMS,
    manifest=manifest,
    images=images,
    changes=changes,
    workloads=(WORKLOAD,),
    answers=script(__package__, "storage-answers.sh"),
    guard=script(__package__, "storage-guard.sh"),
    folders=(FOLDER,),
    concepts=("volume", "deployment"),
    memory=30,
)
