"""How each runtime takes images, in a real bash with stand-ins for its programs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kubetui.remote.command import Command
from kubetui.software.runtimes import CATALOGUE

PROGRAMS = {
    "docker": """
echo "$*" >>"$LOG"
case "$1 $2" in
  "info --format") echo "$DRIVER" ;;
  "image list") printf 'sha256:1\\nsha256:2\\nsha256:1\\n' ;;
  "image inspect") for each in "${@:5}"; do echo "layers of $each"; done ;;
  "image load") tar --list >>"$LOG" ;;
esac
""",
    "skopeo": 'echo "skopeo $*" >>"$LOG"',
}


def run(folder: Path, runtime: str, script: str, *programs: str, driver: str = "overlay2") -> str:
    for name in programs:
        (folder / name).write_text(f"#!/bin/bash\n{PROGRAMS[name]}\n")
        (folder / name).chmod(0o755)
    command = Command(CATALOGUE[runtime].image_library + script, {"NAMES": "docker.io/library/m:1\nm:2"})
    environment = {
        "PATH": f"{folder}:/usr/bin:/bin" if programs else "/none",
        "LOG": str(folder / "log"),
        "DRIVER": driver,
    }
    done = subprocess.run(
        ["/bin/bash", "-c", command.render()], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def log(folder: Path) -> list[str]:
    return (folder / "log").read_text().splitlines()


@pytest.mark.parametrize("runtime", CATALOGUE)
def test_every_library_defines_what_the_scripts_call(runtime: str, tmp_path: Path) -> None:
    names = "refusal known keep finish untag release"
    said = run(tmp_path, runtime, f"for name in {names}; do declare -F $name; done\n", "docker")
    assert said.split() == names.split()


def test_docker_tells_the_layers_of_each_image_once(tmp_path: Path) -> None:
    assert run(tmp_path, "docker", "known", "docker") == "layers of sha256:1\nlayers of sha256:2\n"


def test_docker_with_containerds_store_is_told_to_know_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, "docker", "known", "docker", driver="[[driver-type io.containerd.snapshotter.v1]]") == ""


def test_docker_loads_what_lies_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "spool/blobs/sha256").mkdir(parents=True)
    (tmp_path / "spool/manifest.json").touch()
    (tmp_path / "spool/blobs/sha256/abc").touch()
    run(tmp_path, "docker", f"finish {tmp_path}/spool", "docker")
    assert log(tmp_path) == ["image load", "manifest.json", "blobs/", "blobs/sha256/", "blobs/sha256/abc"]


def test_crio_takes_images_through_skopeo_and_refuses_without(tmp_path: Path) -> None:
    assert "skopeo, which has one, is not installed" in run(tmp_path, "cri-o", "refusal")
    assert run(tmp_path, "cri-o", "refusal; finish /spool", "skopeo") == ""
    assert log(tmp_path) == [
        f"skopeo copy oci:/spool:{name} containers-storage:{name}" for name in ("docker.io/library/m:1", "m:2")
    ]
