"""A minimal package mirror that tampers with files, and a proxy that asks for a password.

Arguments: the HOST:PORT to listen on, the real mirror's URL and a folder. The environment variable LOGIN holds the
proxy's USER:PASSWORD, to keep it out of the command line. Paths below /KIND/ serve the file in FOLDER/KIND if there is
one, else the real mirror's file. `changed` alters the last byte of each package; `resigned` alters a word of the signed
list. It exits when its standard input closes.
"""

import base64
import os
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LISTEN, REAL, FOLDER = sys.argv[1:4]
LOGIN = os.environ["LOGIN"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        try:
            if self.path.startswith("http://"):
                wanted = "Basic " + base64.b64encode(LOGIN.encode()).decode()
                if self.headers["Proxy-Authorization"] != wanted:
                    self.send_error(407)
                    return
                Path(FOLDER, "proxied").touch()
                data = fetch(self.path)
            else:
                _, kind, name = self.path.split("/", 2)
                data = lie(kind, name)
        except OSError as error:
            self.send_error(getattr(error, "code", 502))
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        del format, args


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310
        data: bytes = answer.read()
    return data


def lie(kind: str, name: str) -> bytes:
    own = Path(FOLDER, kind, Path(name).name)
    data = own.read_bytes() if own.is_file() else fetch(f"{REAL.rstrip('/')}/{name}")
    if kind == "changed" and name.endswith((".deb", ".rpm")):
        return data[:-1] + bytes([data[-1] ^ 1])
    if kind == "resigned" and name.endswith("InRelease"):
        return data.replace(b"Date:", b"Date: ", 1).replace(b"amd64", b"arm64", 1)
    return data


def main() -> None:
    host, port = LISTEN.rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
