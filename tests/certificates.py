"""Requests for certificates, as kubelets make them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def request(node: str, names: Iterable[str], addresses: Iterable[str], group: str = "system:nodes") -> bytes:
    """Return a signed request in PEM for the serving certificate of a node."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, group),
            x509.NameAttribute(NameOID.COMMON_NAME, f"system:node:{node}"),
        ]
    )
    others = [*map(x509.DNSName, names), *(x509.IPAddress(ip_address(each)) for each in addresses)]
    asking = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if others:
        asking = asking.add_extension(x509.SubjectAlternativeName(others), critical=False)
    signed = asking.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)
