"""The sdist and the wheel, built once, and an environment that has the wheel and none of the checkout."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Built:
    """What `python -m build` makes: the wheel from the sdist, not from the checkout."""

    sdist: Path
    wheel: Path


def build(folder: Path) -> Built:
    """Build both, with the build's own packages from this environment, so that nothing is downloaded."""
    words = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(sdist, wheel)


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel, and a home without anything of kubetui's."""

    folder: Path
    home: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def environment(self) -> Mapping[str, str]:
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG_", "KUBE"))}
        return {**kept, "HOME": str(self.home), "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "100"}

    def run(self, *words: str, **more: str) -> str:
        """Run a command in the empty home; return its result, or what it said of its work where it has none."""
        done = subprocess.run(
            words,
            env={**self.environment, **more},
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout or done.stderr


def install(wheel: Path, folder: Path) -> Installed:
    """Install a wheel alone; what it depends on is this environment's, so that nothing is downloaded."""
    made = Installed(folder / "environment", folder / "home")
    made.home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made.folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(made.python), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    (packages,) = made.folder.glob("lib/python*/site-packages")
    # such a folder is only searched: the .pth files in it, an editable kubetui's among them, are not read
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return made
