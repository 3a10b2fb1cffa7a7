"""Authorities that this process trusts besides the system's, for as long as it works on one profile.

Connections ask a context variable for them: what one task trusts, another does not.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

_MORE: Final[ContextVar[str]] = ContextVar("authorities", default="")
_BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where systems keep all authorities in one file: Debian, Red Hat, openSUSE, macOS and Alpine."""
_OWN: Final = ("CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""The variables that name another one to curl."""
ADVICE: Final = (
    "If your company's authority signed it, name its file in mirrors.ca, or with --ca where there is no profile. "
    "Otherwise find out who answers there."
)
"""What to do where a certificate's authority is unknown."""
UNKNOWN_TO_CURL: Final = (
    r"SSL certificate problem: (?:(?:unable to get (?:local )?issuer|self[- ]signed) certificate"
    r"|certificate signature failure)"
)
"""The pattern of what curl prints there, in a machine as well as under Vagrant."""


@contextmanager
def trusting(pem: str) -> Iterator[None]:
    """Trust the certificates of a PEM text, too, in this task and those that it starts; an empty text is none."""
    token = _MORE.set(pem)
    try:
        yield
    finally:
        _MORE.reset(token)


def context() -> ssl.SSLContext:
    """Return what judges a server's certificate: the system's authorities, and those that are trusted now."""
    made = ssl.create_default_context()
    if more := _MORE.get():
        made.load_verify_locations(cadata=more)
        # from 3.13 on Python wants more of an authority (RFC 5280) than curl and the machines do, and than many
        # companies' have
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return made


def bundle(more: str | None = None) -> str:
    """Return the system's authorities and others as one PEM text for curl, which otherwise knows only either.

    The others are `more`, or those that are trusted now. Empty where there are no others.
    """
    more = _MORE.get() if more is None else more
    if not more:
        return ""
    named = (os.environ.get(name, "") for name in _OWN)
    files = (Path(path) for path in (*named, *_BUNDLES) if path)
    system = next((path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file()), "")
    return f"{system.rstrip()}\n{more.strip()}\n".lstrip()


def unknown(error: BaseException) -> bool:
    """Return whether an error says that nobody trusted signed a server's certificate."""
    reason = getattr(error, "reason", error)
    return isinstance(reason, ssl.SSLCertVerificationError) and reason.verify_code in _UNSIGNED


_UNSIGNED: Final = frozenset({2, 7, 18, 19, 20, 21})
"""OpenSSL's codes for a chain that ends nowhere, in itself, or in an authority with another key (x509_vfy.h)."""
