"""A minimal proxy in front of the package mirror or the image registry that can be made to fail.

Arguments: the HOST:PORT to listen on, the real server's URL and a file; then perhaps a PEM file with a certificate and
its key, with which it answers by TLS. The first file's content selects the current behaviour: `ok`, `stopped` (closes
connections), `503`, `half` (cuts bodies in the middle) or `slow` (16 KiB a second). It exits when its standard input
closes.
"""

import ssl
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

LISTEN, REAL, MODE, *SHOWN = sys.argv[1:]
PASSED = ("Content-Type", "Content-Length", "Docker-Content-Digest", "Docker-Distribution-Api-Version", "Last-Modified")
CHUNK = 16384


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        mode = Path(MODE).read_text()
        self.close_connection = True
        if mode == "stopped":
            return
        if mode == "503":
            self.send_error(503)
            return
        headers = {name: value for name, value in self.headers.items() if name in {"Accept", "Range"}}
        asked = urllib.request.Request(REAL.rstrip("/") + self.path, headers=headers, method=self.command)  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
                data, status, told = answer.read(), answer.status, answer.headers
        except HTTPError as error:
            self.send_error(error.code)
            return
        self.send_response(status)
        for name in PASSED:
            if name in told:
                self.send_header(name, told[name])
        self.send_header("Connection", "close")
        self.end_headers()
        self.send(data[: len(data) // 2] if mode == "half" else data, slowly=mode == "slow")

    def send(self, data: bytes, *, slowly: bool) -> None:
        for start in range(0, len(data), CHUNK):
            self.wfile.write(data[start : start + CHUNK])
            if slowly and Path(MODE).read_text() == "slow":
                time.sleep(1)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        del format, args


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def shutdown_request(self, request: Any) -> None:
        if isinstance(request, ssl.SSLSocket):
            # without TLS's own goodbye, OpenSSL takes the answer for cut off
            with suppress(OSError):
                request.settimeout(5)
                request.unwrap()
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ssl.SSLError):
            super().handle_error(request, client_address)


def main() -> None:
    host, port = LISTEN.rsplit(":", 1)
    server = Server((host, int(port)), Handler)
    if SHOWN:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(SHOWN[0])
        # the handshake is each connection's own thread's: one that waits for it must not hold up the others
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
