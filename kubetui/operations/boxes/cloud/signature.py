"""Checks a detached OpenPGP signature with GnuPG, against one key that is told by its fingerprint.

GnuPG runs with an empty home folder of its own, so the person's keys and settings neither help nor get changed.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kubetui.base.errors import HostError, KubetuiError
from kubetui.base.process import Finished, run
from kubetui.base.system import install_hint, this_system
from kubetui.base.text import nowhere


def normal(fingerprint: str) -> str | None:
    """Return a fingerprint as 40 or 64 upper-case digits, however it is spaced; None when it is none.

    A shorter key id is none: other keys can be made to have the same.
    """
    digits = re.sub(r"[\s:]|^0x", "", fingerprint).upper()
    return digits if re.fullmatch(r"[0-9A-F]{40}|[0-9A-F]{64}", digits) else None


async def verify(data: bytes, signature: bytes, key: bytes, fingerprint: str, what: str) -> None:
    """Return if the key with this fingerprint made this signature of `data`, which `what` names in messages.

    Raises KubetuiError with id IMAGE-KEY when `key` has another fingerprint, IMAGE-SIGNATURE when the signature is not
    good, HostError when GnuPG is missing.
    """
    program = shutil.which("gpg")
    if program is None:
        raise HostError(
            "GnuPG is not installed, and without it nobody can tell who made the image.",
            fix=install_hint("gpg", this_system()),
            id="GPG-MISSING",
        )
    # not below the cache: GnuPG's sockets allow only short paths
    with tempfile.TemporaryDirectory(prefix="kubetui-gpg-") as name:
        home = Path(name)
        for file, content in (("key", key), ("data", data), ("signature", signature)):
            (home / file).write_bytes(content)
        await _gpg(program, home, "--import", "key")
        status = await _gpg(program, home, "--list-keys")
        if fingerprint not in _primary_keys(status.tail):
            raise KubetuiError(
                f"The key for {what} is not the expected one: its fingerprint is not {fingerprint}.",
                fix="Do not use this image before you know why. If the distribution changed its key, a newer kubetui "
                "knows the new one; for a mirror of your own, --key names its fingerprint.",
                id="IMAGE-KEY",
            )
        lines = (await _gpg(program, home, "--verify", "signature", "data")).tail
    if not _good(lines, fingerprint):
        raise KubetuiError(
            f"The signature of {what} is wrong: {_trouble(lines)}.",
            fix="Do not use this image before you know why. Try again later, or use another mirror.",
            id="IMAGE-SIGNATURE",
        )


async def _gpg(program: str, home: Path, *words: str) -> Finished:
    options = ("--batch", "--no-options", "--no-autostart", "--no-auto-key-retrieve", "--trust-model", "always")
    # an explicit keyring: newer versions would otherwise want a daemon for it
    ring = ("--no-default-keyring", "--keyring", str(home / "ring"))
    argv = [program, "--homedir", str(home), *options, *ring, "--with-colons", "--status-fd", "1", *words]
    return await run(argv, cwd=home, env={**os.environ, "LC_ALL": "C"}, log=nowhere)


def _primary_keys(lines: Sequence[str]) -> set[str]:
    """Return the fingerprints of primary keys from a listing: the `fpr` line that follows each `pub` line."""
    found: set[str] = set()
    primary = False
    for line in lines:
        kind, *fields = line.split(":")
        if kind == "fpr" and primary:
            found.add(fields[8])
        if kind in {"pub", "sub", "fpr"}:
            primary = kind == "pub"
    return found


def _good(lines: Sequence[str], fingerprint: str) -> bool:
    """Judge GnuPG's status lines (doc/DETAILS): exactly one signature, good, by the key or one of its subkeys."""
    said = [line.removeprefix("[GNUPG:] ").split() for line in lines if line.startswith("[GNUPG:] ")]
    kinds = [words[0] for words in said if words]
    valid = [words for words in said if words[:1] == ["VALIDSIG"]]
    # a key or signature that has expired or was revoked is VALIDSIG, too, but not GOODSIG
    return kinds.count("GOODSIG") == len(valid) == 1 and "BADSIG" not in kinds and valid[0][-1] == fingerprint


def _trouble(lines: Sequence[str]) -> str:
    words = " ".join(line for line in lines if line.startswith("[GNUPG:]"))
    for mark, why in (
        ("BADSIG", "the checksums were changed after they were signed"),
        ("NO_PUBKEY", "another key made it"),
        ("EXPKEYSIG", "its key has expired"),
        ("EXPSIG", "it has expired"),
        ("REVKEYSIG", "its key was revoked"),
    ):
        if mark in words:
            return why
    return "GnuPG does not recognise it"
