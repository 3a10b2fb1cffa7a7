"""Smoke test: pods on different nodes reach each other and resolve a service name."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.conftest import Lab

IMAGE = "docker.io/library/busybox:stable"
# busybox has nc; a Debian image used in its place has perl
SERVE = """
if command -v nc >/dev/null; then while :; do echo hello | nc -l -p 8080; done; fi
exec perl -MIO::Socket::INET -e '
  my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die $!;
  while (my $client = $server->accept) { print $client "hello\\n"; close $client }'
"""
ASK = "if command -v nc >/dev/null; then nc {0} 8080 </dev/null; else bash -c 'cat </dev/tcp/{0}/8080'; fi"
# Ready means that the container has started, not that it listens yet
PATIENTLY = "n=0; until {0}; do n=$((n + 1)); [ $n -lt 30 ] || exit 1; sleep 1; done"
RESOLVE = "getent hosts {0} || nslookup {0}"


def pod(name: str, node: str) -> dict[str, Any]:
    container = {"name": "main", "image": IMAGE, "command": ["sh", "-c", SERVE]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"nodeName": node, "terminationGracePeriodSeconds": 0, "containers": [container]},
    }


def pods_reach_each_other(lab: Lab, nodes: list[str]) -> None:
    """Start a pod on each node; check that all reach each other and resolve the API service's name."""
    names = [f"smoke-{node}" for node in nodes]
    manifest = lab.profile.with_suffix(".smoke.json")
    items = [pod(name, node) for name, node in zip(names, nodes, strict=True)]
    manifest.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    lab.kubectl("apply", "-f", str(manifest))
    lab.kubectl("wait", "--for=condition=Ready", "--timeout=180s", *(f"pod/{name}" for name in names))
    addresses = {
        item["metadata"]["name"]: item["status"]["podIP"] for item in lab.objects("pods") if "podIP" in item["status"]
    }
    for name in names:
        for other in names:
            answer = lab.kubectl("exec", name, "--", "sh", "-c", PATIENTLY.format(ASK.format(addresses[other])))
            assert answer.strip() == "hello"
        found = lab.kubectl("exec", name, "--", "sh", "-c", RESOLVE.format("kubernetes.default.svc.cluster.local"))
        assert "10.96.0.1" in found
    lab.kubectl("delete", "-f", str(manifest), "--wait=true")
