"""What the sdist and the wheel have in them: everything that runs, nothing else, and metadata for a stranger."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from kubetui import __version__
from tests.packaging.built import ROOT, Built

LARGEST = {"sdist": 3_000_000, "wheel": 2_000_000}
"""Bytes that each may have: twice what they have in November 2026."""
INFO, DATA = f"kubetui-{__version__}.dist-info", f"kubetui-{__version__}.data/data"
PAGES = {"kubetui.1", "kubetui-wizard.1"}


def files(folder: str) -> set[str]:
    """Return the files of a folder in the checkout that are no traces of a run."""
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(ROOT)) for path in found}


@pytest.fixture(scope="module")
def metadata(built: Built) -> Message:
    with zipfile.ZipFile(built.wheel) as wheel:
        return email.message_from_bytes(wheel.read(f"{INFO}/METADATA"))


def test_the_wheel_has_the_packages_the_profiles_and_the_man_pages_and_nothing_else(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = {name for name in wheel.namelist() if not name.startswith(INFO)}
    profiles = {name.replace("profiles/", "kubetui/_profiles/", 1) for name in files("profiles")}
    documents = {name.replace("docs/", "kubetui/_docs/", 1) for name in files("docs") if name.endswith(".md")}
    manual = {f"{DATA}/share/man/man1/{page}" for page in PAGES}
    assert names == files("kubetui") | files("screens") | profiles | documents | manual


def test_the_sdist_has_what_a_build_and_its_tests_need(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    for folder in ("kubetui", "screens", "profiles", "man", "docs"):
        assert files(folder) <= names
    wanted = {"LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "pyproject.toml"}
    assert wanted <= names
    assert "tests/packaging/test_contents.py" in names
    strange = {name.partition("/")[0] for name in names} - {path.name for path in ROOT.iterdir()}
    assert strange <= {"PKG-INFO"}
    assert not [name for name in names if re.search(r"(^|/)\.(venv|ci|git/|hypothesis)|__pycache__", name)]


def test_neither_is_large(built: Built) -> None:
    assert built.sdist.stat().st_size < LARGEST["sdist"]
    assert built.wheel.stat().st_size < LARGEST["wheel"]


def test_the_version_stands_in_one_place(metadata: Message) -> None:
    assert metadata["Version"] == __version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert "version" in project["dynamic"]
    places = [path for folder in ("kubetui", "screens") for path in (ROOT / folder).rglob("*.py")]
    assert [path for path in places if f'"{__version__}"' in path.read_text()] == [ROOT / "kubetui" / "__init__.py"]


def test_the_metadata_says_what_it_is_and_what_it_needs(metadata: Message) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == ">=3.11"
    classifiers = metadata.get_all("Classifier") or []
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in range(11, 15)} <= set(classifiers)
    assert 40 < len(metadata["Summary"]) < 200
    assert metadata.get_all("Project-URL") is None, "a home is known now: README and man page can name it"


def test_both_programs_start_at_the_entry(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        text = wheel.read(f"{INFO}/entry_points.txt").decode()
    found = dict(re.findall(r"^(\S+) = (\S+)$", text, re.MULTILINE))
    assert found == dict.fromkeys(("kubetui", "kubetui-wizard"), "kubetui.cli.entry:main")


def test_the_readme_renders_without_the_repository(built: Built, metadata: Message) -> None:
    words = [sys.executable, "-m", "twine", "--no-color", "check", "--strict", str(built.wheel), str(built.sdist)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    text = metadata.get_payload()
    assert isinstance(text, str)
    targets = re.findall(r"\]\(([^)]*)\)", text)
    assert targets
    assert [each for each in targets if not each.startswith(("https://", "#"))] == []
    assert "![" not in text
    source = (ROOT / "README.md").read_text()
    # what is left out are pictures and the targets of links: no heading, and no command
    for kept in (r"^#+ .*", r"^```.*", r"^kubetui .*"):
        assert re.findall(kept, text, re.MULTILINE) == re.findall(kept, source, re.MULTILINE)


def test_every_file_that_the_readme_links_to_is_there() -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", (ROOT / "README.md").read_text())
    assert [each for each in targets if not Path(ROOT, each).exists()] == []
