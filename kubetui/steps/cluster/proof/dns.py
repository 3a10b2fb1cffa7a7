"""Asks the cluster's DNS for a name, as a pod would, and judges the answers (RFC 1035, section 4)."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from kubetui.base.check import Check
from kubetui.base.text import counted
from kubetui.steps.cluster.proof.findings import Problem, verdict
from kubetui.steps.cluster.proof.state import Pod
from kubetui.steps.cluster.proof.traffic import Answer

NAME: Final = "kubernetes.default.svc"
"""The API server's service, which every cluster has; the cluster's own domain is added."""
_ID: Final = 0x6B75
_RCODES: Final = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
_HEADER: Final = struct.Struct("!6H")
_RECORD: Final = struct.Struct("!2HIH")
_COMMAND: Final = "kubectl --namespace=kube-system"
_LOGS: Final = f"{_COMMAND} logs --selector=k8s-app=kube-dns"


@dataclass(frozen=True, slots=True)
class Resolver:
    """What a pod's /etc/resolv.conf says: its first name server, and the cluster's domain."""

    server: str
    domain: str

    @property
    def name(self) -> str:
        """The name to ask for."""
        return f"{NAME}.{self.domain}"


def resolver(lines: Sequence[str]) -> Resolver:
    """Read what serve.sh prints of a pod's resolv.conf: its name servers, and its search domain `svc.DOMAIN`."""
    servers = [line.removeprefix("nameserver ") for line in lines if line.startswith("nameserver ")]
    domains = [line.removeprefix("svc.") for line in lines if line.startswith("svc.")]
    return Resolver(servers[0] if servers else "", domains[0] if domains else "cluster.local")


def query(name: str) -> str:
    """Return a question for a name's A records, as base64."""
    labels = b"".join(bytes([len(label)]) + label for label in name.encode("ascii").split(b"."))
    return base64.b64encode(_HEADER.pack(_ID, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)).decode()


def answer(text: str) -> tuple[str, tuple[IPv4Address, ...]]:
    """Return an answer's error, empty if there is none, and its addresses. Raises ValueError if it is no answer."""
    try:
        data = base64.b64decode(text, validate=True)
        number, flags, questions, answers, _, _ = _HEADER.unpack_from(data)
        if number != _ID or not flags & 0x8000:
            raise ValueError("the reply belongs to another question")
        code = flags & 0xF
        if code:
            return _RCODES.get(code, f"error {code}"), ()
        return "", tuple(_addresses(data, questions, answers))
    except (binascii.Error, struct.error, IndexError) as error:
        raise ValueError(f"the reply cannot be read: {error}") from error


def _addresses(data: bytes, questions: int, answers: int) -> Iterator[IPv4Address]:
    at = _HEADER.size
    for _ in range(questions):
        at = _after_name(data, at) + 4
    for _ in range(answers):
        at = _after_name(data, at)
        kind, _, _, size = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if kind == 1:
            yield IPv4Address(data[at : at + 4])
        at += size


def _after_name(data: bytes, at: int) -> int:
    while size := data[at]:
        if size & 0xC0:
            return at + 2
        at += size + 1
    return at + 1


def judge_dns(answers: Mapping[str, Answer], pods: Sequence[Pod], expected: IPv4Address) -> Check:
    """Check the answers to each node's pod; when there are none, name CoreDNS if it does not run."""
    problems = []
    for node, found in answers.items():
        what = _wrong(found, expected)
        if what:
            problems.append(Problem(f"from {node}: {what}", _usual(node)))
    dead = _core_dns(pods) if problems else None
    fine = f"{NAME} is {expected} from {counted(len(answers), 'node')}"
    return verdict("dns", [dead] if dead else problems, fine)


def _wrong(found: Answer, expected: IPv4Address) -> str:
    """Return what is wrong with an answer; empty if nothing is."""
    if not found.ok:
        return f"{found.target or 'the DNS server'} {found.trouble}"
    try:
        error, addresses = answer(found.said)
    except ValueError as wrong:
        return str(wrong)
    if error:
        return f"{found.target} says {error} for {NAME}"
    return "" if expected in addresses else f"{NAME} is {', '.join(map(str, addresses)) or 'without an address'}"


def _core_dns(pods: Sequence[Pod]) -> Problem | None:
    """Return why no pod of CoreDNS is ready; None if one is."""
    named = [pod for pod in pods if pod.namespace == "kube-system" and pod.name.startswith("coredns-")]
    mine = [pod for pod in named if pod.status != "Terminating"]
    if any(pod.ready for pod in mine):
        return None
    if not mine:
        fix = f"Start it again: {_COMMAND} scale deployment coredns --replicas=2"
        return Problem("CoreDNS does not run: there is no pod of it, so no pod of this cluster resolves a name", fix)
    said = ", ".join(f"{pod.name} is {'not ready' if pod.status == 'Running' else pod.status}" for pod in mine)
    fix = (
        f"See its log: {_LOGS}. If it says Loop, the node's /etc/resolv.conf leads back to the node itself; "
        "if it is Pending, no node takes it."
    )
    return Problem(f"CoreDNS does not answer: {said}", fix)


def _usual(node: str) -> str:
    return (
        f"CoreDNS runs, so look at the way to it: if pod-to-pod or service failed for {node}, begin there; "
        f"else at its log: {_LOGS}"
    )
