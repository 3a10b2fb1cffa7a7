"""The API server of a rehearsed cluster: TLS with a client certificate, ready once it is asked, and little more."""

from __future__ import annotations

import asyncio
import json
import ssl
import tempfile
from contextlib import suppress
from typing import Final

from kubetui.machines.rehearsal.certificates import HOST, Authority

_WORDS: Final = {200: "OK", 404: "Not Found"}
_NOTICE: Final = "this is a rehearsal of kubetui: behind this address is no cluster"
_PATIENCE: Final = 10.0


class ApiServer:
    """Answers `/readyz`, `/livez`, `/healthz` and `/version`; to all else it says what it is."""

    def __init__(self, authority: Authority, version: str) -> None:
        self._authority = authority
        self._version = version
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> int:
        """Listen, on the same port as before where it is free, and return the port."""
        if self._server is None:
            context = self._context()
            try:
                self._server = await asyncio.start_server(self._serve, HOST, port, ssl=context)
            except OSError:
                self._server = await asyncio.start_server(self._serve, HOST, 0, ssl=context)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=self._authority.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(self._authority.server.certificate + self._authority.server.key)
            file.flush()
            context.load_cert_chain(file.name)
        return context

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
            path = head.split()[1].decode(errors="replace").partition("?")[0]
            code, kind, body = self._answer(path)
            lines = (
                f"HTTP/1.1 {code} {_WORDS[code]}",
                f"Content-Type: {kind}",
                f"Content-Length: {len(body)}",
                "Connection: close",
                "\r\n",
            )
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _answer(self, path: str) -> tuple[int, str, bytes]:
        if path in {"/readyz", "/livez", "/healthz"}:
            return 200, "text/plain", b"ok"
        if path == "/version":
            major, minor, _ = self._version.split(".")
            document = {"major": major, "minor": minor, "gitVersion": f"v{self._version}", "platform": "rehearsal"}
            return 200, "application/json", json.dumps(document).encode()
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": _NOTICE, "code": 404}
        return 404, "application/json", json.dumps(status).encode()
