"""Reduced manifests with the shape of those that kube-router and Calico publish, and a server that has them."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KUBE_ROUTER = """\
apiVersion: v1
kind: ConfigMap   # reduced
metadata:
  name: kube-router-cfg
  namespace: kube-system
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: kube-router
  namespace: kube-system
spec:
  template:
    spec:
      containers:
      - name: kube-router
        image: docker.io/cloudnativelabs/kube-router
        imagePullPolicy: Always
        args:
        - --run-router=true
      initContainers:
      - name: install-cni
        image: docker.io/cloudnativelabs/kube-router
        imagePullPolicy: Always
        command: [sh, -c, "set -e; echo 'a
          folded line'"]
---
kind: ServiceAccount
apiVersion: v1
metadata: {name: kube-router,   namespace: kube-system}
"""
CALICO = """\
---
# Source: reduced
kind: ConfigMap
apiVersion: v1
metadata:
  name: calico-config
data:
  calico_backend: "vxlan"
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ippools.crd.projectcalico.org
---
kind: DaemonSet
apiVersion: apps/v1
metadata:
  name: calico-node
spec:
  template:
    spec:
      initContainers:
        - name: install-cni
          image: quay.io/calico/calico:v3.33.0
      containers:
        - name: calico-node
          image: quay.io/calico/node:v3.33.0
          imagePullPolicy: Always
          env:
            - name: IP
              value: "autodetect"
            - name: CALICO_IPV4POOL_VXLAN
              value: "CrossSubnet"
            # - name: CALICO_IPV4POOL_CIDR
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: calico-kube-controllers
spec:
  template:
    spec:
      containers:
        - name: calico-kube-controllers
          image: quay.io/calico/calico:v3.33.0
"""


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Web:
    """What the server has; `asked` counts the requests."""

    url: str = ""
    files: dict[str, str] = field(default_factory=dict)
    asked: int = 0


@contextmanager
def serving() -> Iterator[Web]:
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked += 1
            text = web.files.get(self.path)
            self.send_response(200 if text is not None else 404)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
