"""A server on loopback that stands in for Vagrant's catalogue and for other servers of boxes."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

METADATA: Final = json.dumps({"name": "me/described", "versions": []}).encode()
"""Vagrant's metadata, as it is at the paths that end in .json, and in the catalogue at /me/there."""
LOGIN: Final = ("me", 'c4nary "p@ss')
"""The user and password for what is below /private."""


class Server(ThreadingHTTPServer):
    """Answers by path: /me/there is a box of the catalogue, and below /full every one; /hang never answers.

    /code/N answers with status N, and /private wants a login.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.box = b"a box"
        self.hanging = threading.Event()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        match self.path.split("/")[1:]:
            case ["hang", *_]:
                self.server.hanging.set()
                self.server.closing.wait(60)
            case ["code", code, *_]:
                self._send(int(code))
            case ["private", *_] if self.headers.get("Authorization") != _basic():
                self._send(401)
            case ["me", "there"] | ["full", *_] | [*_, "described.json"]:
                self._send(200, METADATA, "application/json; charset=utf-8")
            case ["me", "page"]:
                self._send(200, b"<html>gone</html>", "text/html")
            case [*_, "there.box"]:
                self._send(200, self.server.box, "application/octet-stream")
            case [*_, "wrong.json"]:
                self._send(200, b"[1]", "application/json")
            case _:
                self._send(404)

    def _send(self, code: int, body: bytes = b"", kind: str = "text/plain") -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        """Print nothing."""


def _basic() -> str:
    return f"Basic {base64.b64encode(':'.join(LOGIN).encode()).decode()}"


@contextmanager
def serving() -> Iterator[Server]:
    """Serve as long as the context lasts."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
