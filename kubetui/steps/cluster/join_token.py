"""The join token: minted on the control plane for one join, and used to sign what a joining machine reads first."""

from __future__ import annotations

import base64
import hmac
import json
import re
from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.redaction import Secret
from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.engine.step import Task
from kubetui.remote.command import Command
from kubetui.steps.cluster.taught import SIGNATURE, SIGNING

SIGNED: Final = "signed with it:"
"""The line between the join command that kubeadm prints and what the token signs."""
CREATE_TOKEN: Final = ADMIN + script(__package__, "join-token.sh")
SIGN: Final = ADMIN + f'called "{SIGNING}{SIGNATURE}"\n{SIGNING}"$PATCH"\n'


async def mint(task: Task) -> tuple[Secret, str]:
    """Create a join token on the control plane: it holds for 30 minutes, serves one join and is never kept.

    The ConfigMap that a joining machine reads first is signed with it at once. A controller signs it too, but only
    some ten seconds after `kubeadm init` has ended, and the machine would look again every five.

    Returns the token and the hash of the cluster's CA. Raises RunError when kubeadm prints neither.
    """
    text = await task.first_node.read(Command(CREATE_TOKEN, {"SIGNED": SIGNED}, quiet=True), task.first_log)
    token = re.search(r"--token ([a-z0-9]{6}\.[a-z0-9]{16})", text)
    digest = re.search(r"--discovery-token-ca-cert-hash (sha256:[0-9a-f]{64})", text)
    if token is None or digest is None:
        raise RunError(
            f"kubeadm created no join token on {task.plan.control_plane.name}.",
            fix="Check that the API server answers, then run the same command again.",
            id="JOIN-TOKEN",
        )
    signature = {f"jws-kubeconfig-{token.group(1)[:6]}": sign(text.partition(f"{SIGNED}\n")[2], token.group(1))}
    signed = await task.first_node.run(Command(SIGN, {"PATCH": json.dumps({"data": signature})}), task.first_log)
    if not signed.ok:
        task.log(f"the control plane itself signs with the join token, some seconds later: {signed.last}")
    return Secret(token.group(1)), digest.group(1)


def sign(content: str, token: str) -> str:
    """Sign the cluster-info kubeconfig with a join token, as the bootstrap signer does.

    The result is a JWS without its payload (kubernetes.io, "Authenticating with Bootstrap Tokens", ConfigMap signing).

    >>> sign("Hello from the other side. I must have called a thousand times.", "joshua.my voice is my passcode")
    'eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8'
    """

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    name, _, secret = token.partition(".")
    header = encoded(json.dumps({"alg": "HS256", "kid": name}, separators=(",", ":")).encode())
    digest = hmac.digest(secret.encode(), f"{header}.{encoded(content.encode())}".encode(), "sha256")
    return f"{header}..{encoded(digest)}"
