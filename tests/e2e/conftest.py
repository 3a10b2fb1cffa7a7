"""End-to-end fixtures: build clusters on real machines through the command line, as a user would.

KUBETUI_E2E_PROFILE names the profile to build from, KUBETUI_E2E_PREFIX is put before every command that talks
to machines, and KUBETUI_E2E_COMMAND is the command that starts kubetui (default: `kubetui`).

Each pytest-xdist worker (`-n 2 --dist loadfile`) is a lane with its own names, addresses and ports.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
TRACES = ("Traceback (most recent call last)", "Task exception was never retrieved", "RuntimeWarning")
SAID = re.compile(
    r"|kubetui: .*|  .*|Collecting \.\.\.|Stopping: finishing running steps; press Ctrl\+C again to stop now\."
    r"|The profile was changed: .*|The profile no longer has .*|\S+ goes (?:on )?from Kubernetes \S+ to \S+"
    r"|\d+ images? of the cluster itself not shown; --all shows them\.|There are no prepared boxes\. .*"
    r"|Next: kubetui .*|Saved as \S+\. .*"
    r"|Nobody reads this output any more\. Stopping: finishing running steps\."
)
"""Lines that kubetui may print on stderr: errors with their indented fix, progress, and stop notices."""


def assert_no_trace(said: str) -> None:
    """Fail if the output shows an unhandled error."""
    assert not any(trace in said for trace in TRACES), said


def assert_expected(stderr: str) -> None:
    """Fail if stderr has a line that kubetui never prints there."""
    strange = [line for line in stderr.splitlines() if not SAID.fullmatch(line)]
    assert not strange, stderr


FILES = ("test_interrupted", "test_up", "test_proof", "test_faults", "test_security", "test_wizard", "test_hosts")
"""Order that lets two lanes end at about the same time: a lane takes its next file when it has two tests left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the listed files of this folder; all other tests keep their order and run first."""

    def place(item: pytest.Item) -> int:
        name = item.path.stem
        return FILES.index(name) + 1 if name in FILES and item.path.parent == HERE else 0

    items.sort(key=place)


LANE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""The number of this worker, counting from 0."""
FIRST_ADDRESS = "192.168.56.101"
BRIDGE = "lxc__bridge_name"


def beside(base: Mapping[str, Any], lane: int) -> dict[str, Any]:
    """Return a profile that does not collide with other lanes: it has its own /24 and its own bridge."""
    network = base.get("network", {})
    options = dict(network.get("options", {}))
    if lane and BRIDGE in options:
        options[BRIDGE] += f"x{lane}"
    first = IPv4Address(network.get("first_address", FIRST_ADDRESS)) + lane * 256
    return merged(base, {"network": {"first_address": str(first), "options": options}})


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes` merged in recursively."""
    result = dict(base)
    for key, value in changes.items():
        result[key] = merged(result.get(key, {}), value) if isinstance(value, Mapping) else value
    return result


@dataclass(frozen=True)
class Lab:
    """A cluster under test: its profile, and the commands that act on it."""

    name: str
    profile: Path
    state: Path
    document: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        return self.state / "kubetui" / "clusters" / self.name

    @property
    def pid(self) -> int:
        """The kubetui that holds the cluster's lock; the prefix may run as a separate process."""
        return int((self.state / "kubetui" / "locks" / self.name).read_text().split()[0])

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "XDG_STATE_HOME": str(self.state),
            "XDG_CONFIG_HOME": str(self.state / "config"),
            "XDG_CACHE_HOME": str(self.state / "cache"),
            "KUBECONFIG": str(self.folder / "kubeconfig"),
        }

    def words(self, *words: str) -> list[str]:
        return [*shlex.split(os.environ.get("KUBETUI_E2E_PREFIX", "")), *words]

    def run(self, *words: str, check: bool = True, timeout: float = 900, cwd: Path | None = None) -> str:
        return self._run(words, check=check, timeout=timeout, cwd=cwd).stdout

    def _run(
        self, words: Sequence[str], *, check: bool, timeout: float, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.words(*words),
            env=self.environment,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert_no_trace(done.stdout + done.stderr)
        if check:
            assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done

    def refused(self, *words: str, timeout: float = 900) -> str:
        """Run a command that has to fail; return what it prints to stderr."""
        done = self._run(words, check=False, timeout=timeout)
        assert done.returncode != 0, f"{words}: {done.stdout[-4000:]}"
        return done.stderr

    def kubetui(self, *words: str, check: bool = True, timeout: float = 900) -> str:
        """Return a command's result; where it has none, what it said of its work on stderr."""
        done = self._run(self.command(*words), check=check, timeout=timeout)
        if done.stdout:
            assert_expected(done.stderr)
        return done.stdout or done.stderr

    def command(self, *words: str) -> tuple[str, ...]:
        return (*shlex.split(os.environ.get("KUBETUI_E2E_COMMAND", "kubetui")), *words)

    def up(self) -> str:
        return self.kubetui("up", str(self.profile), "--yes")

    def kubectl(self, *words: str) -> str:
        return self.run("kubectl", *words, timeout=300)

    def objects(self, *kinds: str) -> list[Any]:
        items = json.loads(self.kubectl("get", ",".join(kinds), "--all-namespaces", "-o", "json"))["items"]
        assert isinstance(items, list)
        return items

    def on(self, machine: str, script: str) -> str:
        return self.run(
            "vagrant", "ssh", machine, "--no-tty", "-c", f"sudo bash -c {shlex.quote(script)}", cwd=self.folder
        )

    def machines(self) -> dict[str, str]:
        """Return Vagrant's state for each machine; empty once the cluster folder is gone."""
        if not self.folder.exists():
            return {}
        report = json.loads(self.kubetui("status", self.name, "--json"))
        return {machine["name"]: machine["state"] for machine in report[0]["machines"]}


class Maker:
    """Creates labs and destroys all of them at the end, even after a failed test."""

    def __init__(self, base: Path, folder: Path) -> None:
        self._base = beside(yaml.safe_load(base.read_text()), LANE)
        self._folder = folder
        self._labs: list[Lab] = []

    def __call__(self, name: str, **changes: Any) -> Lab:
        name += str(LANE or "")
        document = merged(self._base, {"name": name, **changes})
        profile = self._folder / f"{name}.yaml"
        profile.write_text(yaml.safe_dump(document))
        lab = Lab(name, profile, self._folder / "state", document)
        self._labs.append(lab)
        return lab

    @property
    def patches(self) -> list[dict[str, Any]]:
        """The patches of kubeadm's configuration that the machines need."""
        return [*self._base.get("kubernetes", {}).get("patches", [])]

    def close(self) -> None:
        for lab in self._labs:
            if lab.folder.exists():
                shutil.copytree(lab.folder / "logs", self._folder / f"{lab.name}-logs", dirs_exist_ok=True)
                lab.kubetui("destroy", lab.name, "--yes")


def _maker(folder: Path) -> Iterator[Maker]:
    base = os.environ.get("KUBETUI_E2E_PROFILE")
    if not base:
        pytest.skip("KUBETUI_E2E_PROFILE names no profile to build from")
    maker = Maker(Path(base), folder)
    yield maker
    maker.close()


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """Create labs that the tests of one file share."""
    yield from _maker(tmp_path_factory.mktemp("e2e"))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Maker]:
    """Create labs for one test; they are destroyed before the next one, pass or fail."""
    yield from _maker(tmp_path)
