"""A tunnel to a service: which address and port it leads to, and bytes that go through it over real SSH."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.cluster.folder import Cluster
from kubetui.operations.extras.tunnel import tunnel
from kubetui.operations.extras.tunnel.service import Port, Target, target
from kubetui.operations.extras.tunnel.tunnel import Wanted, opened
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest, guest

WEB = {"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}
METRICS = {"name": "metrics", "port": 9090, "protocol": "TCP"}


def answer(*ports: dict[str, Any], ready: object = True, ip: str = "10.96.0.7", **spec: Any) -> str:
    service = {"spec": {"clusterIP": ip, "ports": list(ports), **spec}}
    endpoints = [{"addresses": ["10.244.1.5"], "conditions": {"ready": ready}}, {"addresses": ["10.244.2.5"]}]
    numbers = [{"name": port.get("name"), "port": 8080} for port in ports]
    slices = {"items": [{"ports": numbers, "endpoints": endpoints if ready is not None else []}]}
    return json.dumps({"service": service, "slices": slices})


def refused(text: str, wanted: str = "") -> KubetuiError:
    with pytest.raises(KubetuiError) as caught:
        target(text, "default", "web", wanted)
    return caught.value


def test_a_service_with_one_port_needs_no_choice() -> None:
    assert target(answer(WEB), "default", "web", "") == Target("10.96.0.7", Port(80, "http"), 2)
    assert target(answer(WEB, ready=False), "default", "web", "").ready == 1


@pytest.mark.parametrize("wanted", ["9090", "metrics"])
def test_of_several_ports_one_is_chosen_by_number_or_name(wanted: str) -> None:
    assert target(answer(WEB, METRICS), "default", "web", wanted).port == Port(9090, "metrics")


def test_several_ports_without_a_choice_are_listed() -> None:
    error = refused(answer(WEB, METRICS))
    assert (error.id, error.message) == ("TUNNEL-PORT", "web has 2 ports: 80 (http), 9090 (metrics).")
    assert refused(answer(WEB), "81").fix == "Its ports: 80 (http)."
    assert "no TCP port" in refused(answer({"port": 53, "protocol": "UDP"})).message


def test_a_service_without_a_ready_endpoint_is_refused() -> None:
    error = refused(answer(WEB, ready=None))
    assert error.id == "TUNNEL-ENDPOINTS"
    assert "kubectl get pods,endpointslices --namespace default" in error.fix


def test_a_headless_service_leads_to_its_first_ready_pod() -> None:
    found = target(answer(WEB, ip="None", ready=False), "default", "web", "")
    assert found == Target("10.244.2.5", Port(8080, "http"), 1)


def test_a_service_that_only_stands_for_a_name_is_refused() -> None:
    assert "example.org" in refused(answer(type="ExternalName", externalName="example.org")).message


def test_an_unknown_service_lists_those_there_are() -> None:
    error = refused(json.dumps({"items": [{"metadata": {"name": "wep"}}, {"metadata": {"name": "kubernetes"}}]}))
    assert error.id == "TUNNEL-SERVICE"
    assert error.fix.startswith("Did you mean wep?")
    assert "There are none" in refused(json.dumps({"items": []})).fix
    assert "does not tell" in refused("no JSON").message


@pytest.mark.parametrize(
    ("port", "place"),
    [(WEB, "http://"), ({"port": 443}, "https://"), ({"name": "https-api", "port": 6443}, "https://"), (METRICS, "")],
)
def test_what_a_browser_opens_begins_as_a_url(port: dict[str, Any], place: str) -> None:
    scheme = target(answer(port), "default", "web", "").scheme
    assert f"{scheme}://" * bool(scheme) == place


@pytest.fixture
async def service() -> AsyncIterator[int]:
    """Serve on this host, which stands for a service's address; answer in capitals."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


@pytest.fixture
async def machine(
    tmp_path: Path, service: int, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Guest]:
    cluster.profile.write_text(profilefile.dump(Profile(name="lab")))
    folder = tmp_path / "guest"
    folder.mkdir()
    async with guest(folder) as made:
        made.forwards = True
        found = answer({"port": service}, ip="127.0.0.1")
        split = json.loads(found)
        for name, part in split.items():
            (made.standins / name).write_text(json.dumps(part))
        (made.standins / "kubectl").write_text(
            '#!/bin/bash\n[[ $2 == service ]] && cat "$STANDINS/service" || cat "$STANDINS/slices"\n'
        )
        (made.standins / "kubectl").chmod(0o755)

        async def visit(*_: object) -> SshNode:
            node = made.node()
            await node.connect(lambda _line: None)
            return node

        monkeypatch.setattr(tunnel, "visit", visit)
        monkeypatch.setattr(tunnel, "make", lambda *_: None)
        yield made


async def asked(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    said = await reader.read()
    writer.close()
    return said


async def test_bytes_go_there_and_back_and_the_port_is_closed_afterwards(machine: Guest, cluster: Cluster) -> None:
    async with opened(cluster, Wanted("web")) as open_:
        assert set(await asyncio.gather(asked(open_.local), asked(open_.local))) == {b"HELLO\n"}
        assert open_.place == f"127.0.0.1:{open_.local}"
    with pytest.raises(OSError, match=str(open_.local)):
        await asked(open_.local)


async def test_a_port_that_is_taken_is_named(machine: Guest, cluster: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"Port {number} of this host is taken") as caught:
            async with opened(cluster, Wanted("web", local=number)):
                pass
    assert caught.value.id == "TUNNEL-LOCAL"


async def test_a_chosen_port_is_the_one_that_opens(machine: Guest, cluster: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    async with opened(cluster, Wanted("web", local=number)) as open_:
        assert open_.local == number
        assert await asked(number) == b"HELLO\n"


async def test_a_lost_connection_ends_it(machine: Guest, cluster: Cluster) -> None:
    async with opened(cluster, Wanted("web")) as open_:
        machine.wire.cut()
        async with asyncio.timeout(30):
            await open_.lost()
