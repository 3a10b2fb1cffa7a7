"""What machines share with this host: a folder that pods read, a port that leads to a service, an extra disk."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import LANE, Lab, Maker
from tests.e2e.smoke import IMAGE, PATIENTLY, SERVE
from tests.e2e.test_up import state_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PORT, NODE_PORT = 18080 + LANE, 30080
READER = """\
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as asked:
    print(asked.makefile().read(), end="")
"""


def applied(lab: Lab, *objects: dict[str, Any]) -> None:
    manifest = lab.profile.with_suffix(".access.json")
    manifest.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    lab.kubectl("apply", "-f", str(manifest))
    names = [f"pod/{each['metadata']['name']}" for each in objects if each["kind"] == "Pod"]
    lab.kubectl("wait", "--for=condition=Ready", "--timeout=180s", *names)


def pod(script: str, **spec: Any) -> dict[str, Any]:
    container = {"name": "main", "image": IMAGE, "command": ["sh", "-c", script], **spec.pop("container", {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one", "labels": {"app": "one"}},
        "spec": {"nodeName": "kubnode1", "terminationGracePeriodSeconds": 0, "containers": [container], **spec},
    }


def test_pods_read_a_folder_of_this_host_and_write_where_they_may(fresh: Maker, tmp_path: Path) -> None:
    data, results = tmp_path / "da ta", tmp_path / "results"
    data.mkdir()
    results.mkdir()
    (data / "words").write_text("from this host\n")
    folders = [
        {"host": str(data), "guest": "/srv/data"},
        {"host": str(results), "guest": "/srv/results", "writable": True},
    ]
    lab = fresh("shares", machines={"workers": 1, "folders": folders})
    lab.up()
    mounts = [{"name": name, "mountPath": f"/{name}"} for name in ("data", "results")]
    volumes = [{"name": name, "hostPath": {"path": f"/srv/{name}"}} for name in ("data", "results")]
    applied(lab, pod("sleep 9999", volumes=volumes, container={"volumeMounts": mounts}))
    inside = ("exec", "one", "--", "sh", "-c")
    assert lab.kubectl(*inside, "cat /data/words; cp /data/words /results/copy") == "from this host\n"
    assert (results / "copy").read_text() == "from this host\n"
    # it is the same folder, so a change is seen at once, and only one of the two may be changed
    (data / "words").write_text("changed\n")
    assert lab.kubectl(*inside, "cat /data/words") == "changed\n"
    assert lab.kubectl(*inside, "if touch /data/x 2>/dev/null; then echo written; else echo refused; fi") == "refused\n"
    assert [path.name for path in data.iterdir()] == ["words"]
    before = state_of(lab)
    assert "nothing changed" in lab.up()
    assert state_of(lab) == before
    # a folder that is gone must not keep the machines from being destroyed
    shutil.rmtree(data)
    lab.kubetui("destroy", lab.name, "--yes")
    assert not lab.folder.exists()
    assert (results / "copy").exists()


@pytest.mark.virtualbox
def test_a_port_of_this_host_leads_to_a_service_and_a_worker_has_an_extra_disk(fresh: Maker) -> None:
    ports = [{"host": PORT, "machine": "kubnode1", "to": NODE_PORT}]
    lab = fresh("access", machines={"workers": 1, "ports": ports, "worker": {"disks": [{"size": "1 GiB"}]}})
    lab.up()
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "one"},
        "spec": {"type": "NodePort", "selector": {"app": "one"}, "ports": [{"port": 8080, "nodePort": NODE_PORT}]},
    }
    applied(lab, pod(SERVE), service)
    assert served(lab) == "hello\n"
    disks = {name: extra_disks(lab, name) for name in ("kubmaster", "kubnode1")}
    assert (len(disks["kubmaster"]), len(disks["kubnode1"])) == (0, 1)
    assert re.search(
        r"^Capacity: +1024 MBytes", lab.run("VBoxManage", "showmediuminfo", "disk", *disks["kubnode1"]), re.MULTILINE
    )
    assert "nothing changed" in lab.up()
    # a power cut, because the rig's VirtualBox goes on forwarding where a machine shuts itself down
    lab.run("vagrant", "halt", "--force", "kubnode1", cwd=lab.folder)
    lab.up()
    assert served(lab) == "hello\n"
    assert extra_disks(lab, "kubnode1") == disks["kubnode1"]
    lab.kubetui("destroy", lab.name, "--yes")
    assert "extra1" not in lab.run("VBoxManage", "list", "hdds")


def served(lab: Lab) -> str:
    """Return what the service says at the port of this host; after a start the pod may still come."""
    ask = f"python3 -c '{READER}' {PORT}"
    for _ in range(4):
        said = lab.run("sh", "-c", PATIENTLY.format(f'said=$({ask}) && [ -n "$said" ]') + '; echo "$said"', check=False)
        if said.strip():
            break
    return said


def extra_disks(lab: Lab, machine: str) -> list[str]:
    """Return the files of a machine's extra disks, as VirtualBox tells them."""
    number = (lab.folder / ".vagrant" / "machines" / machine / "virtualbox" / "id").read_text()
    told = lab.run("VBoxManage", "showvminfo", number, "--machinereadable")
    return re.findall(r'^"SATA-\d+-\d+"="(.+/extra\d+\.vdi)"$', told, re.MULTILINE)
