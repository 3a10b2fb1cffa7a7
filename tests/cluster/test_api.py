"""Readiness requests to the API server, against a real TLS server with its own CA and client certificates."""

import asyncio
import base64
import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kubetui.base.errors import RunError
from kubetui.cluster.api import nodes, ready


@dataclass
class Authority:
    """A CA that issues certificates for 127.0.0.1."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.certificate = self._sign("ca", self.key, authority=True)

    def issue(self, name: str) -> tuple[bytes, bytes]:
        """Return a certificate and its key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return self._sign(name, key).public_bytes(serialization.Encoding.PEM), private

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def _sign(self, name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool = False) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        names = {each: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in ("ca", name)}
        own = x509.SubjectKeyIdentifier.from_public_key
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=authority,
            crl_sign=authority,
            encipher_only=False,
            decipher_only=False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(names[name])
            .issuer_name(names["ca"])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(own(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )


class Api(HTTPServer):
    """Gives a prepared answer to /readyz."""

    status = 200
    text = "ok"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect; some tests do so on purpose."""


class _Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self.server.paths.append(self.path)  # type: ignore[attr-defined]  # set in `api`
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.text.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def api(authority: Authority, tmp_path: Path) -> Iterator[Api]:
    server = Api(("127.0.0.1", 0), _Handler)
    server.paths = []  # type: ignore[attr-defined]  # read by the handler
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (tmp_path / "server.pem").write_bytes(b"".join(authority.issue("api")))
    context.load_cert_chain(tmp_path / "server.pem")
    context.load_verify_locations(cadata=authority.pem.decode())
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def kubeconfig(folder: Path, server: str, ours: bytes, certificate: bytes, key: bytes) -> Path:
    def coded(data: bytes) -> str:
        return base64.b64encode(data).decode()

    document = {
        "clusters": [{"name": "lab", "cluster": {"server": server, "certificate-authority-data": coded(ours)}}],
        "users": [
            {"name": "admin", "user": {"client-certificate-data": coded(certificate), "client-key-data": coded(key)}}
        ],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return path


def url(api: Api) -> str:
    return f"https://127.0.0.1:{api.server_address[1]}"


async def test_a_ready_api_server_returns_its_url(api: Api, authority: Authority, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, url(api), authority.pem, *authority.issue("admin"))
    assert await ready(path) == url(api)
    assert api.paths == ["/readyz"]  # type: ignore[attr-defined]  # set in `api`


async def test_an_unready_server_says_why_in_clean_text(api: Api, authority: Authority, tmp_path: Path) -> None:
    api.status, api.text = 500, "[+]ping ok\n[-]etcd \x1b[2Jfailed\n"
    path = kubeconfig(tmp_path, url(api), authority.pem, *authority.issue("admin"))
    with pytest.raises(RunError, match=r"is not ready: 500 \[\+\]ping ok \[-\]etcd ␛\[2Jfailed$") as caught:
        await ready(path)
    assert caught.value.id == "API-NOT-READY"


async def test_a_server_that_restarts_is_waited_for(api: Api, authority: Authority, tmp_path: Path) -> None:
    api.status, api.text = 500, "[-]etcd failed\n"
    path = kubeconfig(tmp_path, url(api), authority.pem, *authority.issue("admin"))
    asking = asyncio.create_task(ready(path, patience=60))
    while not api.paths:  # type: ignore[attr-defined]  # noqa: ASYNC110 - a thread sets it
        await asyncio.sleep(0.01)
    assert not asking.done()
    api.status = 200
    assert await asking == url(api)


async def test_another_clusters_server_is_not_trusted(api: Api, authority: Authority, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, url(api), Authority().pem, *authority.issue("admin"))
    with pytest.raises(RunError, match="certificate verify failed") as caught:
        await ready(path)
    assert caught.value.id == "API-UNREACHABLE"
    assert api.paths == []  # type: ignore[attr-defined]  # set in `api`


async def test_a_rejected_client_certificate_is_an_error(api: Api, authority: Authority, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, url(api), authority.pem, *Authority().issue("admin"))
    with pytest.raises(RunError) as caught:
        await ready(path)
    assert caught.value.id == "API-UNREACHABLE"
    assert api.paths == []  # type: ignore[attr-defined]  # set in `api`


async def test_a_silent_server_points_at_the_network(authority: Authority, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, "https://127.0.0.1:1", authority.pem, *authority.issue("admin"))
    with pytest.raises(RunError, match="cannot be reached from this host") as caught:
        await ready(path)
    assert "VPN" in caught.value.fix


@pytest.mark.parametrize("text", [None, "", "clusters: []\n", "a: [\n", "clusters: [{cluster: {server: x}}]\n"])
async def test_an_invalid_kubeconfig_has_its_own_error(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "kubeconfig"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RunError, match="cannot be read as a kubeconfig") as caught:
        await ready(path)
    assert caught.value.id == "KUBECONFIG"


async def test_the_nodes_are_listed_in_kubectls_words(api: Api, authority: Authority, tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, url(api), authority.pem, *authority.issue("admin"))
    columns = [{"name": name, "type": "string"} for name in ("Name", "Status", "Roles", "Age", "Version")]
    rows = [{"cells": ["kubmaster", "Ready", "control-plane", "3m", "v1.37.2"], "object": None}]
    api.text = json.dumps({"kind": "Table", "columnDefinitions": columns, "rows": rows})
    found = await nodes(path)
    assert found.columns == ("NAME", "STATUS", "ROLES", "AGE", "VERSION")
    assert found.rows == (("kubmaster", "Ready", "control-plane", "3m", "v1.37.2"),)
    assert api.paths == ["/api/v1/nodes?includeObject=None"]  # type: ignore[attr-defined]  # set in `api`
    api.text = json.dumps({"kind": "Table", "columnDefinitions": columns, "rows": None})
    assert (await nodes(path)).rows == ()


@pytest.mark.parametrize(
    ("status", "text"), [(403, "{}"), (200, "ok"), (200, '{"kind": "NodeList", "items": []}'), (200, "[]")]
)
async def test_an_answer_without_nodes_is_an_error(
    api: Api, authority: Authority, tmp_path: Path, status: int, text: str
) -> None:
    api.status, api.text = status, text
    path = kubeconfig(tmp_path, url(api), authority.pem, *authority.issue("admin"))
    with pytest.raises(RunError, match="does not list its nodes") as caught:
        await nodes(path)
    assert caught.value.id == "API-NOT-READY"
