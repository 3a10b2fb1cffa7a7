"""Copies an image between two registries that speak plain HTTP, as an image of its own; for hosts without Docker.

As a program: python pushing.py FROM IMAGE:TAG TO IMAGE:TAG, where FROM and TO are HOST:PORT.
"""

from __future__ import annotations

import hashlib
import json
import sys
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")


class Registry:
    """A registry's HTTP API (opencontainers/distribution-spec), as much of it as a push needs."""

    def __init__(self, place: str, name: str) -> None:
        self._place, self._name = place, name

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[bytes, str]:
        """Return the answer's body and its Location."""
        connection = HTTPConnection(self._place, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status >= 300:
            raise SystemExit(f"{method} {self._place}{path}: {answer.status} {data[:500]!r}")
        return data, answer.headers.get("Location", "")

    def manifest(self, reference: str) -> dict[str, Any]:
        accepted = ", ".join(INDEXES + MANIFESTS)
        data, _ = self.ask("GET", f"/v2/{self._name}/manifests/{reference}", Accept=accepted)
        found: dict[str, Any] = json.loads(data)
        return self.manifest(found["manifests"][0]["digest"]) if "manifests" in found else found

    def blob(self, digest: str) -> bytes:
        return self.ask("GET", f"/v2/{self._name}/blobs/{digest}")[0]

    def push_blob(self, data: bytes) -> str:
        _, place = self.ask("POST", f"/v2/{self._name}/blobs/uploads/")
        parts = urlsplit(place)
        query = f"{parts.query}&" if parts.query else ""
        path = f"{parts.path}?{query}digest={digest_of(data)}"
        self.ask("PUT", path, data, Content_Type="application/octet-stream")
        return digest_of(data)

    def push_manifest(self, tag: str, manifest: dict[str, Any]) -> None:
        data = json.dumps(manifest).encode()
        self.ask("PUT", f"/v2/{self._name}/manifests/{tag}", data, Content_Type=manifest["mediaType"])


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def copy(source: Registry, tag: str, target: Registry, to: str) -> None:
    """Copy an image with another label: a runtime that has the first image takes it for another one."""
    manifest = source.manifest(tag)
    for layer in manifest["layers"]:
        target.push_blob(source.blob(layer["digest"]))
    settings = json.loads(source.blob(manifest["config"]["digest"]))
    settings.setdefault("config", {})["Labels"] = {"pushed": to}
    data = json.dumps(settings).encode()
    manifest["config"] |= {"digest": target.push_blob(data), "size": len(data)}
    manifest.setdefault("mediaType", MANIFESTS[0])
    target.push_manifest(to, manifest)


def main(place: str, image: str, other: str, called: str) -> None:
    (name, tag), (own, to) = image.split(":"), called.split(":")
    copy(Registry(place, name), tag, Registry(other, own), to)


if __name__ == "__main__":
    main(*sys.argv[1:])
