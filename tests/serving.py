"""A web server on loopback that misbehaves as a test says: it cuts off, falls silent, or knows no ranges."""

from __future__ import annotations

import re
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kubetui.base.net.web import Patience

QUICK = Patience(silence=0.3, tries=2, pause=0.0)


@dataclass
class Site:
    """What the server has and does. `cuts` are the bytes after which it cuts off, one for each answer, then no more."""

    files: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    heeds_if_range: bool = True
    hangs: bool = False
    """Whether it falls silent where it would otherwise close the connection."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    """Each request's method, path and Range."""
    conditions: list[str] = field(default_factory=list)
    """Each request's If-Range."""
    url: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def put(self, name: str, content: bytes, tag: str = '"1"') -> None:
        self.files[f"/{name}"] = content
        self.tags[f"/{name}"] = tag

    @property
    def fetched(self) -> list[str]:
        return [path.removeprefix("/") for method, path, _ in self.asked if method == "GET"]


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        site, path = self.site, self.path.partition("?")[0]
        site.asked.append((self.command, path, self.headers.get("Range", "")))
        site.conditions.append(self.headers.get("If-Range", ""))
        if path in site.redirects:
            self.send_response(302)
            self.send_header("Location", site.redirects[path])
            self.end_headers()
            return
        status = site.status.get(path, 200 if path in site.files else 404)
        if status != 200:
            self.send_error(status)
            return
        content, tag = site.files[path], site.tags[path]
        start = self._start(tag)
        if start >= len(content) and start:
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        if body:
            self._send(content[start:])

    def _start(self, tag: str) -> int:
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", tag) == tag or not self.site.heeds_if_range
        return int(found[1]) if found and same and self.site.ranges else 0

    def _send(self, data: bytes) -> None:
        cut = self.site.cuts.pop(0) if self.site.cuts else None
        try:
            self.wfile.write(data[:cut])
            self.wfile.flush()
        except ConnectionError:
            return
        if cut is not None and cut < len(data) and self.site.hangs:
            self.site.ended.wait(30)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about a client that does not trust this server."""
        if not isinstance(sys.exception(), ssl.SSLError):
            super().handle_error(request, client_address)


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Run a server of its own until the end of the block; with a context, by TLS."""
    site = Site()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
