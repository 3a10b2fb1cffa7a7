"""Images from this host in every machine, without a registry: 300 MB at once, and only what is missing; a tunnel."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from kubetui.base.errors import ExitCode
from tests.e2e.conftest import Lab, Maker
from tests.imagefiles import Layout, config, packed

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REGISTRY = "http://10.0.3.1:5000/v2/library/busybox"
MACHINES = ("kubmaster", "kubnode1", "kubnode2")
MODEL, OTHER, THIRD = (f"docker.io/library/{name}:1" for name in ("model", "other", "third"))
COLLECTED = """
there() { find /var/lib/containerd '(' -path '*/fs/model/*' -o -path '*/blobs/*' ')' -size +80000000c; }
for n in $(seq 30); do [[ -n $(there) ]] || exit 0; sleep 1; done; there; exit 1
"""
"""Waits until containerd has collected what nothing names any more: pieces, and what was unpacked of them."""


@pytest.fixture(scope="module")
def lab(make: Maker) -> Iterator[Lab]:
    made = make("images")
    made.up()
    yield made
    made.kubetui("destroy", made.name, "--yes")


@pytest.fixture(scope="module")
def layers(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return a layer with programs, and 270 MB that nothing compresses."""
    accept = "Accept: application/vnd.docker.distribution.manifest.v2+json"
    manifest = json.loads(lab.run("curl", "--fail", "--silent", "--header", accept, f"{REGISTRY}/manifests/stable"))
    path = tmp_path_factory.mktemp("layers") / "programs"
    lab.run("curl", "--fail", "--silent", "-o", str(path), f"{REGISTRY}/blobs/{manifest['layers'][0]['digest']}")
    return [path.read_bytes(), *(packed({f"model/{number}": os.urandom(90_000_000)}) for number in range(3))]


def archive(path: Path, layers: list[bytes], name: str) -> Path:
    layout = Layout()
    layout.add(layout.manifest(layers, config(layers)), name)
    return layout.write(path)


@pytest.fixture(scope="module")
def model(layers: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("model") / "model.tar", layers, MODEL)


def loaded(lab: Lab, path: Path) -> dict[str, dict[str, Any]]:
    """Load an archive into all machines; return what each got."""
    document = json.loads(lab.kubetui("image", "load", lab.name, str(path), "--json"))
    assert document["failed"] == {}
    found = {each["machine"]: each for each in document["loaded"]}
    assert tuple(found) == MACHINES
    assert len({json.dumps(each["ids"]) for each in found.values()}) == 1
    return found


def images(lab: Lab, machine: str) -> dict[str, str]:
    """Return the id of each image that a machine's runtime knows, by its names."""
    listed = json.loads(lab.on(machine, "crictl images --output=json"))["images"]
    return {name: each["id"] for each in listed for name in each["repoTags"]}


def pod(name: str, node: str, image: str) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": image,
        "imagePullPolicy": "Never",
        "command": ["sh", "-c", "ls /model; exec sleep 3600"],
    }
    spec = {"nodeName": node, "terminationGracePeriodSeconds": 0, "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def test_300_mb_go_into_three_machines_once_and_a_pod_runs_from_them(
    lab: Lab, model: Path, layers: list[bytes], tmp_path: Path
) -> None:
    sizes = [each["sent"] for each in loaded(lab, model).values()]
    # the programs may be there, as an image of the mirror
    assert all(sum(map(len, layers[1:])) <= size <= sum(map(len, layers)) + 10_000 for size in sizes)
    assert len({images(lab, machine)[MODEL] for machine in MACHINES}) == 1
    assert [each["sent"] for each in loaded(lab, model).values()] == [0, 0, 0]
    small = packed({"other": b"a small layer"})
    more = loaded(lab, archive(tmp_path / "other.tar", [*layers[:2], small], OTHER))
    assert all(len(small) < each["sent"] < len(small) + 10_000 and each["pieces"] == 3 for each in more.values())
    nodes = MACHINES[1:]
    manifest = tmp_path / "pods.json"
    items = [pod(f"runs-{node}", node, MODEL.removeprefix("docker.io/library/")) for node in nodes]
    manifest.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    lab.kubectl("apply", "-f", str(manifest))
    lab.kubectl("wait", "--for=condition=Ready", "--timeout=120s", *(f"pod/runs-{node}" for node in nodes))
    assert [lab.kubectl("logs", f"runs-{node}").split() for node in nodes] == [["0", "1", "2"]] * 2
    said = lab.kubetui("image", "list", lab.name)
    rows = [line.split() for line in said.splitlines() if "docker.io/library/m" in line or OTHER in line]
    assert [(row[0], row[4]) for row in rows] == [(MODEL, "all"), (OTHER, "all")]
    assert "pause" not in said
    assert "  the cluster" in lab.kubetui("image", "list", lab.name, "--all")
    refused = lab.refused(*lab.command("image", "remove", lab.name, "model:1"))
    assert "kubnode1: container main of pod default/runs-kubnode1" in refused
    assert "IMAGE-USED" in refused
    lab.kubectl("delete", "-f", str(manifest), "--wait=true")
    gone(lab, MODEL)
    assert all(OTHER in images(lab, machine) for machine in MACHINES)
    own = next(name for name in images(lab, "kubmaster") if "kube-proxy" in name)
    assert "an image of the cluster itself" in lab.refused(*lab.command("image", "remove", lab.name, own))
    gone(lab, OTHER)
    for machine in MACHINES:
        lab.on(machine, COLLECTED)


def gone(lab: Lab, name: str) -> None:
    """Remove an image from all machines; ended containers of deleted pods may use it for a moment."""
    deadline = time.monotonic() + 90
    while (
        "Removed"
        not in (said := lab._run(lab.command("image", "remove", lab.name, name), check=False, timeout=300)).stderr
    ):
        assert "IMAGE-USED" in said.stderr
        assert time.monotonic() < deadline, said.stderr
    assert all(name not in images(lab, machine) for machine in MACHINES)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_load_that_is_cut_off_leaves_nothing_and_the_next_one_completes_it(
    lab: Lab, model: Path, number: signal.Signals
) -> None:
    words = lab.words(*lab.command("image", "load", lab.name, str(model), "--plain"))
    with subprocess.Popen(words, env=lab.environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if "50 %" in line:
                os.kill(lab.pid, number)
                break
        process.stderr.read()
    assert process.returncode in ({ExitCode.STOPPED} if number is signal.SIGINT else {-9, 137})
    for machine in MACHINES:
        lab.on(machine, "for n in $(seq 60); do [[ -e /var/lib/kubetui/images ]] || exit 0; sleep 0.5; done; exit 1")
        assert lab.on(machine, "ctr --namespace k8s.io content active --quiet 2>/dev/null | grep kubetui || true") == ""
    got = loaded(lab, model)
    assert len({images(lab, machine)[MODEL] for machine in MACHINES}) == 1
    assert sum(each["sent"] for each in got.values()) < 3 * 270_000_000
    gone(lab, MODEL)


def test_a_tunnel_leads_to_a_service_until_it_is_closed(lab: Lab) -> None:
    words = lab.words(*lab.command("tunnel", lab.name, "kubernetes"))
    with subprocess.Popen(
        words, env=lab.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert url.startswith("https://127.0.0.1:")
        version = json.loads(lab.run("curl", "--fail", "--silent", "--insecure", f"{url}/version"))
        assert version["gitVersion"].startswith("v1.")
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        family[-1].send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "The tunnel is closed." in said
    assert "curl" in lab.refused("curl", "--silent", "--show-error", "--insecure", url)
    assert "kube-dns has" in lab.refused(*lab.command("tunnel", lab.name, "kube-dns", "--namespace", "kube-system"))


def test_a_machine_that_is_off_is_named_and_gets_it_later(lab: Lab, tmp_path: Path) -> None:
    path = archive(tmp_path / "third.tar", [packed({"third": os.urandom(1_000_000)})], THIRD)
    lab.run("vagrant", "halt", "kubnode2", cwd=lab.folder)
    done = lab._run(lab.command("image", "load", lab.name, str(path)), check=False, timeout=300)
    assert done.returncode == ExitCode.PARTLY
    assert "kubnode2, a worker, is stopped" in done.stderr
    lab.kubetui("start", lab.name)
    got = loaded(lab, path)
    assert [each["pieces"] for each in got.values()] == [0, 0, 3]
    gone(lab, THIRD)
