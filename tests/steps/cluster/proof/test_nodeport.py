"""Node ports, asked over real connections."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from kubetui.profile.machine import Machine
from kubetui.profile.schema.hosts import Host
from kubetui.steps.cluster.proof import nodeport
from tests.plans import plan

HERE = replace(plan().machines[0], address=IPv4Address("127.0.0.1"))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodeport, "PATIENCE", 0.0)
    monkeypatch.setattr(nodeport, "SECONDS", 0.5)


@asynccontextmanager
async def server(answer: bytes | None) -> AsyncIterator[int]:
    """Serve an answer on loopback; None keeps the connection open without one."""

    over = asyncio.Event()

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is None:
            await over.wait()
        else:
            writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
        over.set()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"kubmaster\n", lambda _port: ""),
        (b"kubnode1\n", lambda port: f"127.0.0.1:{port} was answered by kubnode1"),
        (b"", lambda port: f"127.0.0.1:{port} closes the connection without an answer"),
        (b"\x1b[31m\n", lambda port: f"127.0.0.1:{port} closes the connection without an answer"),
        (None, lambda port: f"127.0.0.1:{port} does not answer"),
    ],
)
async def test_only_the_nodes_own_pod_counts_as_an_answer(answer: bytes | None, said: Callable[[int], str]) -> None:
    async with server(answer) as port:
        assert await nodeport.ask_all([HERE], port) == {"kubmaster": said(port)}


async def test_an_endless_line_is_refused() -> None:
    async with server(b"x" * 100_000) as port:
        found = await nodeport.ask_all([HERE], port)
        assert "cannot be asked" in found["kubmaster"]


async def test_a_closed_port_is_told_from_a_silent_one() -> None:
    async with server(b"") as port:
        pass
    found = await nodeport.ask_all([HERE], port)
    assert found == {"kubmaster": f"127.0.0.1:{port} refuses the connection"}
    check = nodeport.judge_ports(found)
    assert check.status == "failed"
    assert "kube-proxy" in check.fix
    assert "iptables-save" in nodeport.judge_ports({"kubmaster": "10.0.0.1:31000 does not answer"}).fix


def test_an_existing_machine_may_answer_at_its_outer_address() -> None:
    host = Host.model_validate({"name": "one", "role": "worker", "address": "10.0.3.5", "node_address": "192.168.9.5"})
    machine = Machine("one", HERE.role, IPv4Address("192.168.9.5"), 0, 0, host=host)
    assert nodeport.places(machine) == ("192.168.9.5", "10.0.3.5")
    assert nodeport.places(HERE) == ("127.0.0.1",)
