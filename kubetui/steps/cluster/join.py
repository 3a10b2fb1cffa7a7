"""The workers: each joins with a join token of its own."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.redaction import Secret
from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import apply, probe
from kubetui.engine.step import Recipe, Step, Task, Where, WorkState
from kubetui.profile.plan import Machine, Plan
from kubetui.remote.command import Command, Late
from kubetui.steps import kubeadm
from kubetui.steps.cluster.init import INIT_STEP, KUBEADM
from kubetui.steps.node.containers import PULL_IMAGES

SIGNED: Final = "signed with it:"
"""The line between the join command that kubeadm prints and what the token signs."""
CREATE_TOKEN: Final = ADMIN + script(__package__, "join-token.sh")
SIGN: Final = ADMIN + 'kubectl --namespace=kube-public patch configmap cluster-info --type=merge --patch="$PATCH"\n'

CA: Final = script(__package__, "ca.sh")
KNOWN: Final = ADMIN + CA + 'ca\nkubectl get node "$NAME" --ignore-not-found --output=name --request-timeout=10s\n'
JOIN: Final = CA + script(__package__, "join.sh")
JOIN_PROBE: Final = JOIN + script(__package__, "join-probe.sh")
JOIN_APPLY: Final = JOIN + KUBEADM + script(__package__, "join-apply.sh")


def join_commands(plan: Plan, machine: Machine) -> tuple[Command, Command]:
    """Return what makes a machine join, whose join token comes late, and the probe that sees whether it has."""
    documents = kubeadm.join_documents(plan, machine)
    values: dict[str, str | Secret | Late] = {
        "CLUSTER_ID": plan.identity,
        "NAME": machine.name,
        "ADDRESS": str(machine.address),
        "ENDPOINT": plan.api_endpoint,
        "CRI_SOCKET": plan.runtime.socket,
        "CGROUP_V1_SKIPS": kubeadm.skipped_on_cgroup_v1(plan, documents[0]),
    }
    how = f"run: kubeadm token create --print-join-command (on {plan.control_plane.name})"
    late = {"JOIN_TOKEN": Late(how), "CA_HASH": Late(how), "AUTHORITY": Late(f"{how}; then: ca (there)")}
    config = {"CONFIG": kubeadm.render(documents)}
    return (
        Command(plan.pod_network.leftovers + JOIN_APPLY, {**values, **late, **config}, timeout=900),
        Command(JOIN_PROBE, values),
    )


def _recipe(plan: Plan, machine: Machine) -> Recipe:
    return Recipe(*join_commands(plan, machine))


async def _run(task: Task) -> Outcome:
    return await join(task, *join_commands(task.plan, task.machine))


async def join(
    task: Task, command: Command, look: Command, more: Callable[[Task], Awaitable[Mapping[str, Secret]]] | None = None
) -> Outcome:
    """Let a machine join where it has not yet; `more` gets the values that `command` takes beside a join token.

    Raises ForeignError where it has joined something that kubetui did not make.
    """
    found = task.found() or await probe(task, look)
    # a control plane that was made anew knows nobody, whatever a worker believes
    told = await task.first_node.read(Command(KNOWN, {"NAME": task.machine.name}))
    authority, _, known = told.strip().partition("\n")
    if found.state is WorkState.DONE and known:
        return Outcome.UNCHANGED
    task.refuse_foreign(found)
    others = await more(task) if more else {}
    token, digest = await create_token(task)
    ready = command.bind(JOIN_TOKEN=token, CA_HASH=digest, AUTHORITY=authority, **others)
    await apply(task, ready, look)
    return Outcome.DONE


async def create_token(task: Task) -> tuple[Secret, str]:
    """Create a join token on the control plane: it holds for 30 minutes, serves one join and is never kept.

    The ConfigMap that a joining machine reads first is signed with it at once. A controller signs it too, but only
    some ten seconds after `kubeadm init` has ended, and the machine would look again every five.

    Returns the token and the hash of the cluster's CA. Raises RunError when kubeadm prints neither.
    """
    text = await task.first_node.read(Command(CREATE_TOKEN, {"SIGNED": SIGNED}, quiet=True))
    token = re.search(r"--token ([a-z0-9]{6}\.[a-z0-9]{16})", text)
    digest = re.search(r"--discovery-token-ca-cert-hash (sha256:[0-9a-f]{64})", text)
    if token is None or digest is None:
        raise RunError(
            f"kubeadm created no join token on {task.plan.control_plane.name}.",
            fix="Look whether the API server answers; the same command tries again.",
            id="JOIN-TOKEN",
        )
    signature = {f"jws-kubeconfig-{token.group(1)[:6]}": sign(text.partition(f"{SIGNED}\n")[2], token.group(1))}
    signed = await task.first_node.run(Command(SIGN, {"PATCH": json.dumps({"data": signature})}))
    if not signed.ok:
        task.log(f"the control plane itself signs with the join token, some seconds later: {signed.last}")
    return Secret(token.group(1)), digest.group(1)


def sign(content: str, token: str) -> str:
    """Return a token's signature of the cluster's public information, as the bootstrap signer makes it.

    A JWS without its payload (kubernetes.io, "Authenticating with Bootstrap Tokens", ConfigMap signing).

    >>> sign("Hello from the other side. I must have called a thousand times.", "joshua.my voice is my passcode")
    'eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8'
    """

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    name, _, secret = token.partition(".")
    header = encoded(json.dumps({"alg": "HS256", "kid": name}, separators=(",", ":")).encode())
    digest = hmac.digest(secret.encode(), f"{header}.{encoded(content.encode())}".encode(), "sha256")
    return f"{header}..{encoded(digest)}"


JOIN_STEP = Step(
    name="join",
    title="kubeadm join",
    why="With a token the worker proves itself to the API server, and with the CA's hash the API server to the worker.",
    source="kubernetes.io, kubeadm join",
    where=Where.WORKERS,
    needs=(PULL_IMAGES, INIT_STEP),
    recipe=_recipe,
    run=_run,
)
