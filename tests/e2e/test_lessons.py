"""The lessons on real machines: done by their own commands and in another way, refused before, and taken back."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.errors import ExitCode
from kubetui.software.lessons import CATALOGUE
from tests.e2e.conftest import Lab, Maker

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

STORAGE = {
    "name": "storage",
    "version": "v0.0.30",
    "url": "http://10.0.3.1:8080/manifests/local-path/v0.0.30/local-path-storage.yaml",
}
IMAGE = "docker.io/library/python:3.13-sklearn"
COMES_AND_GOES = {"Event", "Pod", "EndpointSlice", "Endpoints", "Lease"}
"""What Kubernetes makes anew by itself under other names."""
FOLDERS = "find /opt/local-path-provisioner -mindepth 1 2>/dev/null || true"


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    built = make("lessons", machines={"workers": 1}, addons=[STORAGE])
    built.up()
    return built


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lessons"


def check(lab: Lab, lesson: str, *, done: bool, seconds: float = 60) -> str:
    """Ask for the verdict, which has to be this one; return what it says. What has just failed may need a moment."""
    end = time.monotonic() + seconds
    while True:
        said = lab._run(lab.command("lesson", "check", lab.name, lesson, "--json"), check=False, timeout=900)
        if not done or said.returncode != ExitCode.UNHEALTHY or time.monotonic() > end:
            break
    assert said.returncode == (ExitCode.OK if done else ExitCode.UNHEALTHY), said.stdout + said.stderr
    document = json.loads(said.stdout)
    assert document["done"] is done
    return f"{document['text']} {document['hint']}"


def start(lab: Lab, lesson: str, folder: Path) -> dict[str, Any]:
    where = ("--to", str(folder / lesson)) if CATALOGUE[lesson].files else ()
    document = json.loads(lab.kubetui("lesson", "start", lab.name, lesson, "--image", IMAGE, *where, "--json"))
    assert isinstance(document, dict)
    return document


def typed(lab: Lab, *commands: str) -> str:
    """Type commands into one shell of this host; each has to succeed."""
    return lab.run("env", "no_proxy=*", "bash", "-ec", "\n".join(commands))


def kubectl(lab: Lab, words: str) -> str:
    return typed(lab, f"kubectl --namespace=lessons {words}")


def apply(lab: Lab, manifest: str) -> None:
    typed(lab, f"printf %s {shlex.quote(manifest)} | kubectl apply --filename=-")


def standing(lab: Lab) -> list[str]:
    """Return what there is of the lessons: objects of their namespace with replicas, volumes, the namespace itself."""
    kinds = lab.kubectl("api-resources", "--verbs=list", "--output=name").split()
    kept = [kind for kind in kinds if not kind.startswith(("events", "leases"))]
    return sorted(
        f"{each['kind']} {each['metadata']['name']} {each.get('spec', {}).get('replicas', '')}"
        for each in lab.objects(*kept)
        if each["kind"] not in COMES_AND_GOES and "lessons" in _belongs(each)
    )


def _belongs(item: Any) -> tuple[str, ...]:
    claim = item["spec"]["claimRef"]["namespace"] if item["kind"] == "PersistentVolume" else ""
    return item["metadata"]["name"], item["metadata"].get("namespace", ""), claim


def test_each_is_done_by_its_own_commands_and_taken_back(lab: Lab, folder: Path) -> None:
    before = {}
    for lesson in CATALOGUE.values():
        before[lesson.name] = standing(lab)
        said = check(lab, lesson.name, done=False)
        started = start(lab, lesson.name, folder)
        lacks = [each["text"] for each in started["missing"]]
        # the node pulls the image from the mirror once the first Job asks for it
        assert len(lacks) == (lesson.name == "train"), lacks
        assert check(lab, lesson.name, done=False) == said or lesson.name in {"break", "rollout"}
        printed = typed(lab, *started["commands"])
        check(lab, lesson.name, done=True)
        if lesson.name in {"serve", "rollout"}:
            assert '"digit": 3' in printed
    for lesson in reversed(CATALOGUE.values()):
        if lesson.name == "serve":
            # a file that a person changed stays
            (folder / "serve" / "serve.py").write_text("# mine\n")
        lab.kubetui("lesson", "reset", lab.name, lesson.name, "--yes")
        assert standing(lab) == before[lesson.name]
        assert lab.kubetui("lesson", "reset", lab.name, lesson.name, "--yes").startswith("Nothing of")
        check(lab, lesson.name, done=False)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["serve.py"]
    assert not (lab.folder / "lessons.json").exists()
    assert lab.on("kubnode1", FOLDERS).strip() == ""


def test_each_is_done_in_another_way_and_wrong_states_are_refused(lab: Lab, folder: Path) -> None:
    lab.kubetui("lesson", "reset", lab.name, "train", "--yes")
    before = standing(lab)
    apply(lab, train(lab, folder))
    kubectl(lab, "wait --for=condition=complete job/fit --timeout=300s")
    assert "store" in check(lab, "train", done=True)
    batch(lab, folder)
    serve(lab, folder)
    scale(lab, folder)
    broken(lab, folder)
    rollout(lab, folder)
    # all of it at once, whatever it is called and though no label tells whose it is
    said = lab.kubetui("lesson", "reset", lab.name, "train", "--yes")
    for name in ("Job fit", "Deployment api", "Service door", "Namespace lessons"):
        assert name in said
    assert standing(lab) == before
    assert lab.on("kubnode1", FOLDERS).strip() == ""


def renamed(text: str, **names: str) -> str:
    """Return a manifest with other names and without kubetui's labels."""
    for old, new in names.items():
        text = re.sub(rf"\b(name|claimName|app): {old}(?![-\w])", rf"\1: {new}", text)
    return re.sub(r".*kubetui/lesson: .*\n", "", text)


def code(lab: Lab, lesson: str, folder: Path, name: str) -> None:
    start(lab, lesson, folder)
    kubectl(lab, f"create configmap {name} --from-file={folder / lesson / lesson}.py")


def train(lab: Lab, folder: Path) -> str:
    """Return a Job fit on a claim store, with all it needs but the code."""
    start(lab, "train", folder)
    typed(lab, "kubectl create namespace lessons")
    code(lab, "train", folder, "scripts")
    parts = [(folder / "train" / name).read_text() for name in ("claim.yaml", "job.yaml")]
    return renamed("---\n".join(parts), train="fit", data="store").replace("train-code", "scripts")


def batch(lab: Lab, folder: Path) -> None:
    check(lab, "batch", done=False)
    code(lab, "batch", folder, "more-scripts")
    text = renamed((folder / "batch" / "job.yaml").read_text(), batch="guess", data="store")
    right = text.replace("batch-code", "more-scripts")
    # a Job that prints a score, and has nothing to do with the volume
    idle = "command: [python3, -c, \"print('score 0.99')\"]"
    apply(lab, renamed(re.sub(r"command: .*", idle, right), guess="idle"))
    kubectl(lab, "wait --for=condition=complete job/idle --timeout=300s")
    assert "predictions.csv" in check(lab, "batch", done=False)
    apply(lab, right)
    kubectl(lab, "wait --for=condition=complete job/guess --timeout=300s")
    assert "The Job guess predicted" in check(lab, "batch", done=True)


def serve(lab: Lab, folder: Path) -> None:
    code(lab, "serve", folder, "api-code")
    text = renamed((folder / "serve" / "deployment.yaml").read_text(), serve="api", data="store")
    text = text.replace("serve-code", "api-code")
    apply(lab, text.replace("replicas: 2", "replicas: 1"))
    kubectl(lab, "rollout status deployment/api --timeout=300s")
    assert "no Service" in check(lab, "serve", done=False)
    kubectl(lab, "expose deployment/api --name=door --port=8080")
    assert "ClusterIP" in check(lab, "serve", done=False)
    kubectl(lab, """patch service/door --patch '{"spec": {"type": "NodePort"}}'""")
    assert "wants 1 replica" in check(lab, "serve", done=False)
    kubectl(lab, "scale deployment/api --replicas=2")
    kubectl(lab, "rollout status deployment/api --timeout=300s")
    check(lab, "serve", done=True)


def scale(lab: Lab, folder: Path) -> None:
    start(lab, "scale", folder)
    kubectl(lab, """patch deployment/api --patch '{"spec": {"replicas": 4}}'""")
    kubectl(lab, "rollout status deployment/api --timeout=300s")
    check(lab, "scale", done=True)


def broken(lab: Lab, folder: Path) -> None:
    start(lab, "break", folder)
    # every pod is another one, and nothing broke
    kubectl(lab, "rollout restart deployment/api")
    kubectl(lab, "rollout status deployment/api --timeout=300s")
    kubectl(lab, "rollout undo deployment/api")
    kubectl(lab, "rollout status deployment/api --timeout=300s")
    assert "was changed since the lesson began" in check(lab, "break", done=False)
    start(lab, "break", folder)
    assert "pods are still there" in check(lab, "break", done=False)
    kubectl(lab, "delete pods --selector=app=api")
    kubectl(lab, "rollout status deployment/api --timeout=300s")
    check(lab, "break", done=True)


def rollout(lab: Lab, folder: Path) -> None:
    start(lab, "rollout", folder)
    kubectl(lab, "set env deployment/api VERSION=2")
    kubectl(lab, "rollout status deployment/api --timeout=300s")
    assert "now go back" in check(lab, "rollout", done=False)
    kubectl(lab, "set env deployment/api VERSION-")
    kubectl(lab, "rollout status deployment/api --timeout=300s")
    check(lab, "rollout", done=True)
