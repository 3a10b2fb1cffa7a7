"""Answer POST /predict with the digit that a picture shows, and GET /healthz once the model is loaded.

Python's own server is for a lesson alone: it needs nothing installed, but it has no limits of size or time, no TLS and no
access control. A real service has a server made for it (gunicorn, uvicorn) behind an ingress.
"""

import json
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import joblib

VERSION = 1
MODEL = joblib.load("/data/model.joblib")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        """Tell that the service works."""
        self.answer(200 if self.path == "/healthz" else 404, {"version": VERSION})

    def do_POST(self) -> None:
        """Predict."""
        if self.path != "/predict":
            self.answer(404, {"error": "POST /predict is all there is"})
            return
        try:
            pixels = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["pixels"]
            # The scaler is inside the model. predict returns an array, of which int() makes no number any more (NumPy 2.4):
            # .item() does.
            digit = MODEL.predict([pixels]).item()
        except (KeyError, TypeError, ValueError) as error:
            self.answer(400, {"error": f'send {{"pixels": [64 numbers from 0 to 16]}}: {error}'})
            return
        self.answer(200, {"digit": digit, "version": VERSION})

    def answer(self, status: int, document: dict[str, object]) -> None:
        """Send JSON."""
        body = json.dumps(document).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log requests, but not the probe's, which comes every two seconds."""
        if self.path != "/healthz":
            super().log_request(code, size)


server = ThreadingHTTPServer(("", 8080), Handler)
# the first process of a container ignores SIGTERM unless it handles it, and then a pod takes its whole grace period to end
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
