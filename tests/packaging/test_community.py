"""What others meet of the repository: valid workflows and forms, hooks that exist, and a schema that is current."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubetui.profile.files.file import json_schema
from tests.packaging.built import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
SCHEMA = ROOT / "profiles" / "schema.json"
HOSTS = re.compile(r"\b(?:test\.)?pypi\.org|pythonhosted|registry\.npmjs|rubygems\.org", re.IGNORECASE)


def checked(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_profiles_schema_is_current() -> None:
    text = json.dumps(json_schema(), indent=2) + "\n"
    if os.environ.get("KUBETUI_GOLDEN") == "write":
        SCHEMA.write_text(text, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == text, "run KUBETUI_GOLDEN=write pytest tests/packaging"


def test_check_jsonschema_takes_our_profiles_and_refuses_another(tmp_path: Path) -> None:
    profiles = [*(ROOT / "profiles").glob("*.yaml"), *(ROOT / "tests" / "e2e").glob("*.yaml")]
    names = [str(path) for path in profiles if path.name != "recording.yaml"]
    done = checked("--schemafile", str(SCHEMA), *names)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "wrong.yaml").write_text("schema: 1\nname: lab\nmachines: {worker: 2}\n")
    assert checked("--schemafile", str(SCHEMA), str(tmp_path / "wrong.yaml")).returncode == 1


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_fits_its_schema_and_asks_for_little(path: Path) -> None:
    done = checked("--builtin-schema", "vendor.github-workflows", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    document = read(path)
    assert document["permissions"] == {"contents": "read"}
    for name, job in document["jobs"].items():
        assert job["timeout-minutes"], name
        for step in job["steps"]:
            if "uses" in step:
                # a major version, or the branch that its authors tell to use
                assert re.fullmatch(r"[\w.-]+/[\w.-]+@(v\d+|release/v1|[0-9a-f]{40})", step["uses"]), step["uses"]
                if step["uses"].startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False
            # an expression in a script would be pasted into it
            assert "${{" not in step.get("run", ""), step


def test_only_the_jobs_that_publish_or_attest_may_write() -> None:
    jobs = read(GITHUB / "workflows" / "release.yml")["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "build": {"contents": "read", "id-token": "write", "attestations": "write"},
        "publish": {"id-token": "write"},
        "page": {"contents": "write"},
    }
    assert jobs["publish"]["environment"] == "release"
    assert all("permissions" not in job for job in read(GITHUB / "workflows" / "ci.yml")["jobs"].values())


def test_the_matrix_has_every_python_that_the_metadata_names() -> None:
    matrix = read(GITHUB / "workflows" / "ci.yml")["jobs"]["tests"]["strategy"]["matrix"]
    named = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
    assert matrix["python"] == named == ["3.11", "3.12", "3.13", "3.14"]
    assert matrix["system"] == ["ubuntu-latest", "macos-latest"]
    assert "lowest" in {each["dependencies"] for each in matrix["include"]}


def test_dependabots_file_fits_its_schema() -> None:
    done = checked("--builtin-schema", "vendor.dependabot", str(GITHUB / "dependabot.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_hook_runs_a_declared_program_on_files_that_there_are() -> None:
    hooks = read(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    programs = {hook["entry"].split()[0] for hook in hooks}
    declared = (ROOT / "pyproject.toml").read_text()
    for program in programs:
        name = program.removeprefix(".venv/bin/")
        assert f'"{name}>=' in declared or f'"{name}-py>=' in declared, name
    for hook in hooks:
        if "files" in hook:
            found = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
            assert any(re.search(hook["files"], path) for path in found.splitlines()), hook["id"]


@pytest.mark.parametrize("path", [path for path in FORMS if path.name != "config.yml"], ids=lambda path: path.name)
def test_an_issue_form_has_what_github_wants(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= form.keys()
    ids = [each["id"] for each in form["body"] if each["type"] != "markdown"]
    assert len(ids) == len(set(ids))
    for each in form["body"]:
        assert each["type"] in {"markdown", "textarea", "input", "dropdown", "checkboxes"}
        assert each["attributes"].get("value" if each["type"] == "markdown" else "label")
    providers = [each["attributes"]["options"] for each in form["body"] if each.get("id") == "provider"]
    for options in providers:
        assert set(json_schema()["properties"]["provider"]["enum"]) == {*options} - {"none yet"}


def test_no_file_names_a_package_registrys_host() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    texts = {name: (ROOT / name) for name in listed.split("\0") if name and not name.startswith("tests/")}
    found = [name for name, path in texts.items() if path.is_file() and HOSTS.search(path.read_text(errors="replace"))]
    assert found == []
