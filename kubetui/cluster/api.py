"""Asks the Kubernetes API from this host, with nothing but a kubeconfig and Python's own TLS."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import tempfile
import time
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from kubetui.base.errors import RunError
from kubetui.base.text import clean
from kubetui.cluster.tables import Table

SECONDS = 20
BRIEF = 5
"""Seconds in which a cluster that is only looked at has to answer."""
_LARGEST = 2**20
_AS_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
"""Has the API server make the table that kubectl would print."""


async def ready(kubeconfig: Path, patience: float = 0.0) -> str:
    """Return the API server's URL once it says that it is ready.

    One that restarts may take `patience` seconds to come back. Raises RunError when this host cannot reach it or it is
    not ready.
    """
    end = time.monotonic() + patience
    while True:
        try:
            return await _ready(kubeconfig)
        except RunError as error:
            if error.id == "KUBECONFIG" or time.monotonic() >= end:
                raise
        await asyncio.sleep(0.5)


async def nodes(kubeconfig: Path) -> Table:
    """Return the nodes, in the words of `kubectl get nodes`. Raises RunError when this host cannot ask for them."""
    server, context = await _opened(kubeconfig)
    status, text = await _asked(context, server, "/api/v1/nodes?includeObject=None", BRIEF)
    try:
        if status != HTTPStatus.OK:
            raise ValueError(status)  # noqa: TRY301 - as any other answer that is no table
        document = json.loads(text)
        columns = tuple(str(column["name"]).upper() for column in document["columnDefinitions"])
        rows = tuple(tuple(clean(str(cell)) for cell in row["cells"]) for row in document["rows"] or ())
    except (ValueError, LookupError, TypeError) as error:
        raise RunError(f"The API server at {server} does not list its nodes: {error!r}.", id="API-NOT-READY") from error
    return Table(time.time(), text, columns, rows)


async def _ready(kubeconfig: Path) -> str:
    server, context = await _opened(kubeconfig)
    status, text = await _asked(context, server, "/readyz", SECONDS)
    if status != HTTPStatus.OK:
        said = clean(" ".join(text.split()))[-200:]
        raise RunError(f"The API server at {server} is not ready: {status} {said}", id="API-NOT-READY")
    return server


async def _opened(kubeconfig: Path) -> tuple[str, ssl.SSLContext]:
    """Return the API server's URL and what it takes to talk to it."""
    try:
        config = yaml.safe_load(await asyncio.to_thread(kubeconfig.read_text))
        server: str = config["clusters"][0]["cluster"]["server"]
        return server, await asyncio.to_thread(_context, config, kubeconfig.parent)
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError) as error:
        raise RunError(f"{kubeconfig} cannot be read as a kubeconfig: {error!r}.", id="KUBECONFIG") from error


async def _asked(context: ssl.SSLContext, server: str, path: str, seconds: float) -> tuple[int, str]:
    try:
        return await asyncio.to_thread(_get, context, server, path, seconds)
    except (OSError, HTTPException) as error:
        raise RunError(
            f"The API server at {server} cannot be reached from this host: {error}.",
            fix="Check whether a VPN or a firewall on this host captures the machines' network.",
            id="API-UNREACHABLE",
        ) from error


def _get(context: ssl.SSLContext, server: str, path: str, seconds: float) -> tuple[int, str]:
    url = urlsplit(server)
    connection = HTTPSConnection(url.hostname or "", url.port or 443, timeout=seconds, context=context)
    try:
        connection.request("GET", path, headers={"Accept": f"{_AS_TABLE}, */*"})
        answer = connection.getresponse()
        return answer.status, answer.read(_LARGEST).decode(errors="replace")
    finally:
        connection.close()


def _context(config: dict[str, Any], folder: Path) -> ssl.SSLContext:
    def decoded(part: str, key: str, field: str) -> str:
        return base64.b64decode(config[part][0][key][field]).decode()

    context = ssl.create_default_context(cadata=decoded("clusters", "cluster", "certificate-authority-data"))
    # Python only reads a client certificate from a file. Its mode is 0600, and it lies beside the kubeconfig, which has
    # the same key: if kubetui is killed, the file is removed with the cluster
    with tempfile.NamedTemporaryFile("w", suffix=".pem", dir=folder) as file:
        file.write(decoded("users", "user", "client-certificate-data") + decoded("users", "user", "client-key-data"))
        file.flush()
        context.load_cert_chain(file.name)
    return context
