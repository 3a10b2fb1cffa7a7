"""Machines on loopback whose `kubectl` answers from a recorded cluster, and writes down what it is told to change."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import RunError
from kubetui.cluster.folder import Cluster
from kubetui.operations import connect
from kubetui.operations.extras.images import site
from kubetui.operations.extras.lessons import check, reset
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Machine
from kubetui.profile.schema.profile import Profile
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest, guest
from tests.software.lessons.states import State

KUBECTL = r"""#!PYTHON -IS
import base64, json, os, pathlib, sys
at = pathlib.Path(os.environ["STANDINS"])
state = json.loads((at / "state.json").read_text())
words = [each for each in sys.argv[1:] if not each.startswith("-")]
options = dict(each.split("=", 1) for each in sys.argv[1:] if each.startswith("--") and "=" in each)
output = options.get("--output", "")
looks = "job.batch/kubetui-looks-x"
if words[0] == "get" and looks in words:
    print(state.get("ended", "Complete"))
elif words[:2] == ["get", "namespace"]:
    if state["namespace"]:
        print("namespace/lessons" if output == "name" else json.dumps(state["namespace"]))
elif words[0] == "get" and words[1].startswith("nodes"):
    print(json.dumps(state["cluster"]))
elif words[:2] == ["get", "jobs"]:
    print("\n".join(f"job.batch/{name}" for name in state["logs"]))
elif words[:2] == ["get", "replicaset"]:
    print("3")
elif words[:2] == ["get", "persistentvolume"]:
    print("persistentvolume/" + words[2])
elif words[0] == "get" and words[1].startswith("jobs,"):
    print(json.dumps(state["objects"]))
elif words[:2] == ["get", "configmaps,jobs.batch"]:
    print(json.dumps({"items": state["all"]}))
elif words[0] == "get" and words[1] == "pods":
    print("kubetui-looks-x-1 0/1 ImagePullBackOff")
elif words[0] == "api-resources":
    print("configmaps\nevents\nendpoints\nleases.coordination.k8s.io\nevents.events.k8s.io\njobs.batch")
elif words[0] == "logs" and looks in words:
    print(state["found"].pop(0))
    (at / "state.json").write_text(json.dumps(state))
elif words[0] == "logs":
    print(base64.b64decode(state["logs"][words[1].partition("/")[2]]).decode(), end="")
elif words[0] == "create":
    (at / "created").write_text(sys.stdin.read())
    print(looks)
elif words[0] in {"delete", "rollout", "scale", "wait"}:
    told = sys.stdin.read() if "--filename=-" in sys.argv else ""
    names = [f"{each['kind']} {each['metadata']['name']}" for each in json.loads(told)["items"]] if told else []
    flags = [each for each in sys.argv if each.startswith(("--to-revision", "--replicas", "--cascade"))]
    with (at / "did").open("a") as file:
        print(*words, *names, *flags, file=file)
else:
    sys.exit(f"kubectl {sys.argv[1:]}")
""".replace("PYTHON", sys.executable)


class Learner:
    """A cluster with one worker on which lessons are done."""

    def __init__(self, cluster: Cluster, guests: Mapping[str, Guest]) -> None:
        self.cluster = cluster
        self.guests = guests
        self.off: set[str] = set()

    @property
    def standins(self) -> Path:
        return self.guests["kubmaster"].standins

    def is_in(self, state: State, *found: Mapping[str, Any], items: list[Any] | None = None, **more: object) -> None:
        """Let the cluster be like this; `found` is what looks print, in order, and `items` all of the namespace."""
        document = {**state.document, "found": list(map(json.dumps, found)), "all": items or []}
        (self.standins / "state.json").write_text(json.dumps(document | more))

    def has_image(self, *names: str) -> None:
        """Let the worker have these images."""
        text = json.dumps({"images": [{"id": "sha256:1", "repoTags": names, "size": "1"}]})
        (self.guests["kubnode1"].standins / "images.json").write_text(text)

    @property
    def did(self) -> list[str]:
        """The commands that changed something, without those of looks."""
        path = self.standins / "did"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in lines if line not in {"delete jobs", "delete job.batch/kubetui-looks-x"}]

    @property
    def created(self) -> Any:
        """The last Job that looked."""
        return json.loads((self.standins / "created").read_text())

    async def visit(self, _cluster: Cluster, _provider: object, machine: Machine) -> SshNode:
        if machine.name in self.off:
            raise RunError(f"{machine.name} is stopped.")
        node = self.guests[machine.name].node(name=machine.name)
        await node.connect(lambda _line: None)
        return node


class Provider:
    async def states(self) -> None:
        """Nobody asks."""


@pytest.fixture
async def learner(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Learner]:
    profile = Profile.model_validate({"name": "lab", "machines": {"workers": 1}})
    cluster.profile.write_text(profilefile.dump(profile))
    monkeypatch.chdir(tmp_path)
    async with AsyncExitStack() as stack:
        guests = {}
        for name in ("kubmaster", "kubnode1"):
            (tmp_path / "machines" / name).mkdir(parents=True)
            guests[name] = await stack.enter_async_context(guest(tmp_path / "machines" / name))
            for program, text in (("kubectl", KUBECTL), ("crictl", '#!/bin/bash\ncat "$STANDINS/images.json"\n')):
                path = guests[name].standins / program
                path.write_text(text)
                path.chmod(0o755)
            (guests[name].standins / "images.json").write_text('{"images": []}')
        made = Learner(cluster, guests)
        monkeypatch.setattr(connect, "visit", made.visit)
        for module in (check, reset):
            monkeypatch.setattr(module, "visit", made.visit)
        for module in (check, reset, site):
            monkeypatch.setattr(module, "make", lambda *_: Provider())
        yield made
