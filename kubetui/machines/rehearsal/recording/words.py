"""Replaces names, addresses and versions with marks in a recording, and marks with a plan's own in a replay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from kubetui.profile.credentials import plain
from kubetui.profile.machine import Machine
from kubetui.profile.plan import NODE_MASK, Plan
from kubetui.software.runtimes.upstream import SYSTEM_MARK
from kubetui.steps.node.repositories import kubernetes_repository, upstream_repository, version_pattern

_MARK: Final = re.compile(r"«([a-z0-9-]+)»")
_IMAGES: Final = "registry.k8s.io"
_MORE: Final = 4
_DEBIAN: Final = "http://debian.example.org"
_SYSTEM: Final = "debian"
"""The system of the machines that are recorded."""
_KERNEL: Final = "6.12"
"""Debian 13's kernel series (its release notes). The recorded machines were containers on a host with another."""


class Words:
    """The names of one machine's plan. `version` is the installed Kubernetes version, `kernel` the running kernel."""

    def __init__(self, plan: Plan, machine: Machine, version: str, kernel: str = _KERNEL) -> None:
        self._values = {**dict(_values(plan, machine, version)), "kernel": kernel}

    def take_out(self, text: str) -> str:
        """Return a line with marks in place of this plan's own names and values."""
        for mark, value in self._values.items():
            text = re.sub(_bounded(mark, value), f"«{mark}»", text)
        text = re.sub(r", \d+ CPUs, \d+ MiB, ", ", «cpus» CPUs, «memory» MiB, ", text)
        return re.sub(r"cgroup version \d", "cgroup version «cgroups»", text)

    def put_in(self, text: str) -> str | None:
        """Return a line for this machine; None when it mentions a machine that the plan lacks."""
        missing = [mark for mark in _MARK.findall(text) if mark not in self._values]
        return None if missing else _MARK.sub(lambda match: self._values[match[1]], text)


def _values(plan: Plan, machine: Machine, version: str) -> Iterator[tuple[str, str]]:
    """Yield each mark with the value that it stands for, in the order in which to search for them."""
    for number, (registry, url) in enumerate(plan.profile.mirrors.registries.items(), 1):
        place = f"certs.d/{registry}/hosts.toml"
        yield f"mirror{number}", f'{place} <<<$\'[host."{plain(url)}"]'
        yield f"mirror{number}-file", place
    source = kubernetes_repository(plan, machine.family)
    mirrored = plan.profile.mirrors.packages is not None
    yield "packages-key", source.key
    yield "packages", source.url
    if plan.runtime.upstream:
        upstream = upstream_repository(plan, plan.runtime.upstream, machine.family)
        yield "runtime-packages-key", upstream.key.replace(SYSTEM_MARK, _SYSTEM)
        yield "runtime-packages", upstream.url.replace(SYSTEM_MARK, _SYSTEM)
    yield "debian", "{0.scheme}://{0.netloc}".format(urlsplit(source.url)) if mirrored else _DEBIAN
    own = plan.profile.mirrors.image_repository
    # kubeadm leaves the inner folder out of a repository that is not its own
    yield "coredns", f"{own}/coredns" if own else f"{_IMAGES}/coredns/coredns"
    yield "images", plan.profile.mirrors.image_repository or _IMAGES
    yield "self", machine.name
    yield "self-address", str(machine.address)
    if plan.common_endpoint:
        yield "endpoint", plan.api_endpoint
        yield "endpoint-host", plan.api_endpoint.rpartition(":")[0]
    yield "control", plan.control_plane.name
    yield "control-address", str(plan.control_plane.address)
    for number, other in enumerate(plan.other_control_planes, 2):
        yield f"control{number}", other.name
        yield f"control{number}-address", str(other.address)
    for number, worker in enumerate(plan.workers, 1):
        yield f"worker{number}", worker.name
        yield f"worker{number}-address", str(worker.address)
    yield "cluster", plan.profile.name
    yield "pods", str(plan.profile.network.pod_cidr)
    for number, network in enumerate(_pod_networks(plan)):
        yield f"podnet{number}", str(network.network_address).rpartition(".")[0]
    yield from _services(plan.profile.network.service_cidr)
    yield "pattern", version_pattern(plan)
    yield "version", version
    yield "minor", "v{}.{}".format(*plan.minor)
    yield "cpus", str(machine.cpus)
    yield "memory", str(machine.memory)
    yield "cgroups", "2"


def _pod_networks(plan: Plan) -> tuple[IPv4Network, ...]:
    """Return the network of each node's pods and some more: of nodes that join together, one may get a later one."""
    cidr = plan.profile.network.pod_cidr
    if not plan.pod_subnets:
        return ()
    return tuple(islice(cidr.subnets(new_prefix=NODE_MASK), len(plan.machines) + _MORE))


def _services(network: IPv4Network) -> Iterator[tuple[str, str]]:
    yield "services", str(network)
    for number in (10, 1):
        yield f"service-{number}", str(network[number])


def _bounded(mark: str, value: str) -> str:
    """Return a pattern that matches a value, but not as part of a longer word."""
    text = re.escape(value)
    if mark in {"cpus", "memory", "cgroups"}:
        return r"(?!)"
    if mark.startswith("podnet"):
        return rf"(?<![\d.]){text}(?=\.\d)"
    if re.fullmatch(r"v?[\d./]+", value):
        return rf"(?<![\d.]){text}(?!\d|\.\d)"
    if mark == "cluster":
        return rf"(?<![\w-]){text}(?![\w-])"
    return rf"(?<![A-Za-z0-9]){text}(?![A-Za-z0-9])" if re.match(r"\w", value[-1]) else text
