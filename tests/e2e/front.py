"""A minimal proxy in front of the package mirror or the image registry that can be made to fail.

Arguments: the HOST:PORT to listen on, the real server's URL and a file. The file's content selects the current
behaviour: `ok`, `stopped` (closes connections), `503`, `half` (cuts bodies in the middle) or `slow` (16 KiB a second).
It exits when its standard input closes.
"""

import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError

LISTEN, REAL, MODE = sys.argv[1:4]
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


def main() -> None:
    host, port = LISTEN.rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
