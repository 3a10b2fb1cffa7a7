"""The API server of a rehearsed cluster: its certificates, and a few answers over TLS with a client certificate."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Final

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST: Final = "127.0.0.1"
_VALID: Final = timedelta(days=365)
_WORDS: Final = {200: "OK", 404: "Not Found"}
_NOTICE: Final = "this is a rehearsal of kubetui: there is no cluster behind this address"
_PATIENCE: Final = 10.0


class ApiServer:
    """Answers `/readyz`, `/livez`, `/healthz` and `/version`; any other path gets a notice that it is a rehearsal."""

    def __init__(self, authority: Authority, version: str) -> None:
        self._authority = authority
        self._version = version
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> int:
        """Listen on `port`, or on another one if it is in use, and return the port."""
        if self._server is None:
            context = self._context()
            try:
                self._server = await asyncio.start_server(self._serve, HOST, port, ssl=context)
            except OSError:
                self._server = await asyncio.start_server(self._serve, HOST, 0, ssl=context)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=self._authority.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(self._authority.server.certificate + self._authority.server.key)
            file.flush()
            context.load_cert_chain(file.name)
        return context

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
            path = head.split()[1].decode(errors="replace").partition("?")[0]
            code, kind, body = self._answer(path)
            lines = (
                f"HTTP/1.1 {code} {_WORDS[code]}",
                f"Content-Type: {kind}",
                f"Content-Length: {len(body)}",
                "Connection: close",
                "\r\n",
            )
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _answer(self, path: str) -> tuple[int, str, bytes]:
        if path in {"/readyz", "/livez", "/healthz"}:
            return 200, "text/plain", b"ok"
        if path == "/version":
            major, minor, _ = self._version.split(".")
            document = {"major": major, "minor": minor, "gitVersion": f"v{self._version}", "platform": "rehearsal"}
            return 200, "application/json", json.dumps(document).encode()
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": _NOTICE, "code": 404}
        return 404, "application/json", json.dumps(status).encode()


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, as PEM."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority, with a server's and an administrator's key pairs; only its kubeconfig trusts it."""

    certificate: str
    server: Pair
    admin: Pair

    def kubeconfig(self, cluster: str, port: int) -> str:
        """Return a kubeconfig as kubeadm writes it."""
        user = "kubernetes-admin"
        context = f"{user}@{cluster}"
        document = {
            "apiVersion": "v1",
            "clusters": [
                {
                    "cluster": {
                        "certificate-authority-data": _base64(self.certificate),
                        "server": f"https://{HOST}:{port}",
                    },
                    "name": cluster,
                }
            ],
            "contexts": [{"context": {"cluster": cluster, "user": user}, "name": context}],
            "current-context": context,
            "kind": "Config",
            "preferences": {},
            "users": [
                {
                    "name": user,
                    "user": {
                        "client-certificate-data": _base64(self.admin.certificate),
                        "client-key-data": _base64(self.admin.key),
                    },
                }
            ],
        }
        return "# From a rehearsal: its server answers only while kubetui runs.\n" + yaml.safe_dump(document)


def new_authority() -> Authority:
    """Make an authority with a server and an administrator certificate; takes milliseconds."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("kubetui rehearsal")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, name, key.public_key(), key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    server = _issued(key, name, "kube-apiserver", ExtendedKeyUsageOID.SERVER_AUTH)
    admin = _issued(key, name, "kubernetes-admin", ExtendedKeyUsageOID.CLIENT_AUTH)
    return Authority(_pem(certificate), server, admin)


def _issued(authority: ec.EllipticCurvePrivateKey, issuer: x509.Name, name: str, usage: x509.ObjectIdentifier) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST)), x509.DNSName("kubernetes")])
    certificate = (
        _builder(_name(name), issuer, key.public_key(), authority.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(names, critical=False)
        .sign(authority, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Pair(_pem(certificate), text.decode())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
