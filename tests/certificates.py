"""Certificates of authorities and servers, and requests for them as kubelets make them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(frozen=True)
class Issuer:
    """An authority: what it shows, and what it signs with."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def signed(self, address: str) -> str:
        """Return a server's certificate for an address, with its key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _about(_name(address), self.certificate.subject, key, days=30)
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        made = builder.add_extension(names, critical=False).sign(self.key, hashes.SHA256())
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return (made.public_bytes(serialization.Encoding.PEM) + secret).decode()


def issuer(common: str = "Example authority", *, days: float = 3650, begun: float = 1, signs: bool = True) -> Issuer:
    """Return an authority that began `begun` days ago and ends `days` from now; without `signs`, it is none."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _about(_name(common), _name(common), key, days=days, begun=begun)
    builder = builder.add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=False)
    return Issuer(builder.sign(key, hashes.SHA256()), key)


def _about(
    subject: x509.Name, by: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: float, begun: float = 1
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=begun))
        .not_valid_after(now + timedelta(days=days))
    )
