"""A secret of each kind, as a machine prints it, and helpers that write and read the support report."""

from __future__ import annotations

import base64
import tarfile
from pathlib import Path

from click.testing import CliRunner, Result

from kubetui.cli.main import main

HASH = "sha256:" + "e" * 64
BODY = [*(letter * 70 for letter in "KLM"), "Ksh0rt+end="]
PEM = "\n".join(["-----BEGIN OPENSSH PRIVATE KEY-----", *BODY, "-----END OPENSSH PRIVATE KEY-----"])
KEY_DATA = base64.b64encode(b"-----BEGIN EC PRIVATE KEY-----\nc4naryc4naryc4nary\n-----END").decode()
CANARIES = {
    "bootstrap token": (
        "c4n4ry.c4n4ryc4n4ryc4n4",
        f"kubeadm join --token {{}} --discovery-token-ca-cert-hash {HASH}",
    ),
    "certificate key": ("c4" * 32, "kubeadm init phase upload-certs: Using certificate key: {}"),
    "bare certificate key": ("d5" * 32, "{}"),
    "password in a URL": ("pr0xyc4nary", "fetching http://me:{}@proxy.example.org:3128/x"),
    "web token": ("eyJhbGciOiJSUzI1NiJ9.eyJc4nary.c4nary-signature", "the service account has {} now"),
    "header": ("dXNlcjpjNG5hcnk=", "Proxy-Authorization: Basic {}"),
    "bearer": ("c4nary.bearer-of-it", "authorization: bearer {}"),
    "password": ("sud0-c4nary", "sudo password: {}"),
    "option": ("0ption-c4nary", "login --password {} --user me"),
    "JSON": ("js0n c4nary with words", '{{"secret": "{}", "other": 1}}'),
    "key of a kubeconfig": (KEY_DATA, "    client-key-data: {}"),
    "the same alone": (KEY_DATA[:70], "{}"),
    "key that Vagrant made": ("K" * 70, "{}"),
    "its last line": (BODY[-1], "{}"),
}
SECRETS = [secret for secret, _ in CANARIES.values()]
SAID = [text.format(secret) for secret, text in CANARIES.values()]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["support", "lab", *words])


def members(path: Path) -> dict[str, str]:
    with tarfile.open(path) as archive:
        found = {}
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
            found[member.name.partition("/")[2]] = file.read().decode()
        return found


def report(*words: str) -> tuple[str, dict[str, str]]:
    done = run("--yes", "--to", "report.tar.gz", *words)
    assert done.exit_code == 0, done.output
    return done.output, members(Path("report.tar.gz"))
