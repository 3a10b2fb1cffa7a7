"""Certificates for tests, as kubeadm and the kubelet write them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = 86400.0


def pair(begins: float, ends: float, *, authority: bool = False) -> tuple[str, str]:
    """Return a self-signed certificate that holds from one time to another, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    constraints = x509.BasicConstraints(ca=authority, path_length=None)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(begins, UTC))
        .not_valid_after(datetime.fromtimestamp(ends, UTC))
        .add_extension(constraints, critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), secret.decode()


def kubeconfig(certificate: str, key: str) -> str:
    """Return the part of a kubeconfig that has them."""
    data, secret = (base64.b64encode(text.encode()).decode() for text in (certificate, key))
    return f"users:\n- name: admin\n  user:\n    client-certificate-data: {data}\n    client-key-data: {secret}\n"


def told(now: float, files: dict[str, str]) -> str:
    """Return what a machine prints about these files."""
    return f"now {now:.0f}\n" + "".join(f"file {path}\n{text}" for path, text in files.items())
