"""The certificates of a cluster's machines: read as public text, judged by the machine's own clock."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from kubetui.base.errors import RunError
from kubetui.base.scripts import script
from kubetui.base.text import duration

LOOK: Final = script(__package__, "certificates.sh")
"""Prints the time and every certificate of a machine, without any private key."""
CLIENT: Final = "/var/lib/kubelet/pki/kubelet-client-current.pem"
"""What the kubelet proves itself with to the API server; it renews it itself as long as it runs."""
SERVING: Final = "/var/lib/kubelet/pki/kubelet.crt"
"""What the kubelet shows to those who ask it; it signs it itself, once."""
SIGNED: Final = "/var/lib/kubelet/pki/kubelet-server-current.pem"
"""What it shows where the cluster's authority signs that, once somebody has approved its request."""
SOON: Final = 30 * 86400.0
"""Seconds before its end from which a certificate should be renewed (kubernetes.io, "PKI certificates and
requirements", has them hold for a year)."""
_PART: Final = 10
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----", re.DOTALL)
_DATA: Final = re.compile(r"^ *client-certificate-data: *(\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate in a file; `begins` and `ends` are in seconds since the epoch."""

    path: str
    begins: float
    ends: float
    authority: bool = False
    """Whether it signs others."""

    @property
    def kubelets(self) -> bool:
        """Whether it is the kubelet's, which kubeadm does not renew."""
        return self.path in {CLIENT, SERVING, SIGNED}

    def expired(self, now: float) -> bool:
        """Whether it holds no more."""
        return now >= self.ends

    def due(self, now: float) -> bool:
        """Whether it should be renewed: less than a tenth of its life is left, or less than 30 days.

        The kubelet begins to renew its own long before, so of those only what has expired is due.
        """
        left = 0.0 if self.kubelets else min(SOON, (self.ends - self.begins) / _PART)
        return now >= self.ends - left

    def told(self, now: float, *, many: bool = False) -> str:
        """Say when it expires or has expired, in words; where it stands for `many`, of them.

        >>> Certificate("apiserver.crt", 0.0, 90.0).told(0.0), Certificate("apiserver.crt", 0.0, 0.0).told(3 * 86400.0)
        ('expires in 1:30', 'expired 3 days ago')
        """
        if self.expired(now):
            return f"expired {_span(now - self.ends)} ago"
        return f"{'expire' if many else 'expires'} in {_span(self.ends - now)}"


def parse(text: str, machine: str) -> tuple[float, tuple[Certificate, ...]]:
    """Return a machine's time and its certificates, from what LOOK prints; of a chain the first one counts.

    Raises RunError where that cannot be read.
    """
    first, *files = re.split(r"^file ", text, flags=re.MULTILINE)
    clock = re.fullmatch(r"now (\d{1,12})\s*", first)
    found = []
    try:
        for part in files:
            path, _, rest = part.partition("\n")
            if pem := _PEM.search(rest):
                found.append(_certificate(path, pem[0]))
    except ValueError as error:
        raise _unreadable(machine, str(error)) from error
    if clock is None:
        raise _unreadable(machine, "it does not tell the time")
    return float(clock[1]), tuple(found)


def of_kubeconfig(path: Path) -> Certificate | None:
    """Return the client certificate in a kubeconfig; None where there is none, or none that can be read."""
    try:
        data = _DATA.search(path.read_text(encoding="utf-8"))
        return _certificate(str(path), base64.b64decode(data[1]).decode()) if data else None
    except (OSError, ValueError, binascii.Error):
        return None


def _certificate(path: str, pem: str) -> Certificate:
    read = x509.load_pem_x509_certificate(pem.encode())
    try:
        authority = read.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        authority = False
    # the kubelet's own has the flag, too, and signs nothing but itself
    authority = authority and path != SERVING
    return Certificate(path, read.not_valid_before_utc.timestamp(), read.not_valid_after_utc.timestamp(), authority)


def _unreadable(machine: str, why: str) -> RunError:
    return RunError(f"The certificates of {machine} cannot be read: {why}.", id="CERTIFICATES-OLD")


def _span(seconds: float) -> str:
    days = int(seconds // 86400)
    return f"{days} days" if days > 1 else duration(seconds)
