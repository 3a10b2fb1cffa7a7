"""Which address and port of a service a tunnel leads to, as kubectl tells of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kubetui.base.errors import RunError, UsageError
from kubetui.base.scripts import script
from kubetui.base.text import clean, counted, did_you_mean, shown
from kubetui.cluster.tables import ADMIN
from kubetui.remote.command import Command

_LOOK: Final = ADMIN + script(__package__, "service.sh")
_NONE: Final = ("", "None")
_WEB: Final = {80: "http", 8080: "http", 8000: "http", 5000: "http", 443: "https", 8443: "https"}
"""The ports of services that a browser opens, by custom."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a service: its number, and its name, which may be empty."""

    number: int
    name: str

    def __str__(self) -> str:
        return f"{self.number} ({self.name})" if self.name else str(self.number)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a tunnel ends inside the cluster; `ready` is the number of endpoints that answer there."""

    address: str
    port: Port
    ready: int

    @property
    def scheme(self) -> str:
        """What a browser writes before the address, by the port's name or number; empty where that is unknown."""
        return next(
            (each for each in ("https", "http") if self.port.name.startswith(each)), _WEB.get(self.port.number, "")
        )


def look(namespace: str, service: str) -> Command:
    """Return the command that asks for a service, on a control plane; `target` reads its answer."""
    return Command(_LOOK, {"NAMESPACE": namespace, "SERVICE": service}, timeout=60)


def target(text: str, namespace: str, service: str, wanted: str) -> Target:
    """Return where a tunnel to a service ends; `wanted` is a port's number or name, or empty where there is only one.

    Raises UsageError where there is no such service or port, or several ports; RunError where nothing is ready behind
    it.
    """
    try:
        document = json.loads(text)
        found = document.get("service")
    except (ValueError, AttributeError) as error:
        raise RunError(f"kubectl does not tell about {shown(service)}: {error}.") from error
    if found is None:
        raise _unknown(document, namespace, service)
    spec = found.get("spec") or {}
    if spec.get("type") == "ExternalName":
        raise UsageError(
            f"{service} only stands for the name {shown(spec.get('externalName', ''))}, outside the cluster.",
            fix="Open that name without a tunnel.",
        )
    port = _port(tuple(_ports(spec)), service, wanted)
    return _reached(spec, document.get("slices") or {}, port, service, namespace)


def _unknown(document: Mapping[str, Any], namespace: str, service: str) -> UsageError:
    names = [clean(str((each.get("metadata") or {}).get("name", ""))) for each in document.get("items") or ()]
    others = did_you_mean(service, names, otherwise="Services there") or "There are none: kubectl get services -A"
    return UsageError(
        f"The namespace {shown(namespace)} has no service {shown(service)}.",
        fix=f"{others} Another namespace is named with --namespace.",
        id="TUNNEL-SERVICE",
    )


def _ports(spec: Mapping[str, Any]) -> Iterator[Port]:
    for each in spec.get("ports") or ():
        if each.get("protocol", "TCP") == "TCP":
            yield Port(int(each["port"]), clean(str(each.get("name") or "")))


def _port(ports: tuple[Port, ...], service: str, wanted: str) -> Port:
    fitting = [port for port in ports if wanted in ("", port.name, str(port.number))]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(map(str, ports))
    if not ports:
        raise UsageError(f"{service} has no TCP port, and SSH forwards no other.", id="TUNNEL-PORT")
    if wanted:
        raise UsageError(f"{service} has no port {shown(wanted)}.", fix=f"Its ports: {listed}.", id="TUNNEL-PORT")
    raise UsageError(
        f"{service} has {counted(len(ports), 'port')}: {listed}.", fix="Choose one with --port.", id="TUNNEL-PORT"
    )


def _reached(spec: Mapping[str, Any], slices: Mapping[str, Any], port: Port, service: str, namespace: str) -> Target:
    """Return the service's own address; a headless service has none, and its first pod stands in."""
    ready = list(_ready(slices, port))
    if not ready:
        raise RunError(
            f"Nothing is ready behind {service}: a connection would be refused.",
            fix=f"Look at its pods: kubectl get pods,endpointslices --namespace {namespace}",
            id="TUNNEL-ENDPOINTS",
        )
    address = str(spec.get("clusterIP") or "")
    if address not in _NONE:
        return Target(address, port, len(ready))
    first, number = ready[0]
    return Target(first, Port(number, port.name), len(ready))


def _ready(slices: Mapping[str, Any], port: Port) -> Iterator[tuple[str, int]]:
    """Yield address and port of each endpoint that is ready; one whose readiness nobody tells is ready."""
    for each in slices.get("items") or ():
        numbers = [one.get("port") for one in each.get("ports") or () if (one.get("name") or "") == port.name]
        for endpoint in each.get("endpoints") or ():
            if (endpoint.get("conditions") or {}).get("ready") is not False and numbers and numbers[0]:
                yield from ((str(address), int(numbers[0])) for address in (endpoint.get("addresses") or ())[:1])
