"""A minimal load balancer: accepts connections at one address and forwards each to the first backend that answers.

Arguments: the HOST:PORT to listen on, then the HOST:PORT of each backend. It exits after an hour, or when its
standard input closes, which also happens when the test that started it dies.
"""

import asyncio
import contextlib
import sys

HOUR = 3600


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def reach(backends: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    for backend in backends:
        host, port = backend.rsplit(":", 1)
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                return await asyncio.open_connection(host, int(port))
    return None


async def main(listen: str, backends: list[str]) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = await reach(backends)
        if found is None:
            writer.close()
            return
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(copy(reader, found[1]), copy(found[0], writer))

    host, port = listen.rsplit(":", 1)
    server = await asyncio.start_server(connected, host, int(port))
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), over.set)
    with contextlib.suppress(TimeoutError):
        async with server, asyncio.timeout(HOUR):
            await over.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
