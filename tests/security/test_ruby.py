"""No value is run as Ruby code: hostile text in machines.json, loaded by real Vagrant in its own Ruby."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from kubetui.machines.vagrant.project import vagrantfile
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.machines.vagrant.ruby import SCRIPT, vagrants_ruby
from tests.security.fuzz import CANARY, PIECES, amount, texts

BATCH = amount(20, 50)
RUBY = (
    f'#{{File.write("{CANARY}", "")}}',
    f'"; File.write("{CANARY}", ""); "',
    f"'; system('touch {CANARY}'); '",
    f"`touch {CANARY}`",
    f"%x(touch {CANARY})",
    f"<%= `touch {CANARY}` %>",
    f"| touch {CANARY}",
    f"\nend\nFile.write('{CANARY}', '')\n",
    '{"json_class": "File", "^o": "Object"}',
    "!ruby/object:Gem::Installer {}",
)


def document(values: list[str]) -> dict[str, object]:
    """Return machines.json with one hostile value per machine, wherever a profile allows free text."""
    made = machines_document(
        Plan(Profile.model_validate({"provider": "virtualbox", "machines": {"workers": len(values) - 1}}))
    )
    for machine, value in zip(made["machines"], values, strict=True):
        machine |= {
            "box": f"a{value}",
            "network": {"virtualbox__bridge": value, "virtualbox__list": [value, {"x": value}]},
        }
        machine["settings"] |= {"name": value, "default_nic_type": value}
    return made


def load(folder: Path, ruby: str, content: dict[str, object]) -> object:
    (folder / "Vagrantfile").write_text(vagrantfile(), encoding="utf-8")
    (folder / "machines.json").write_text(json.dumps(content), encoding="utf-8")
    environment = {**os.environ, "VAGRANT_HOME": str(folder / "home"), "VAGRANT_CHECKPOINT_DISABLE": "1"}
    words = [ruby, str(SCRIPT), "virtualbox"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.rstrip("\n").split("\n")[-1])


@pytest.fixture(scope="module")
def ruby() -> str:
    found = vagrants_ruby()
    if found is None:
        pytest.skip("Vagrant is not installed, or its Ruby cannot be found")
    return found


def test_hostile_values_reach_vagrant_unchanged(tmp_path: Path, ruby: str) -> None:
    count = amount(BATCH, 1000)
    fuzzed = [text for text in texts(2 * count, seed=13) if len(text) < 1000]
    values = [*RUBY, *(f"{piece}{hostile}" for hostile in RUBY for piece in PIECES[:3]), *fuzzed][:count]
    assert len(values) == count
    for start in range(0, count, BATCH):
        batch = values[start : start + BATCH]
        machines = load(tmp_path, ruby, document(batch))
        assert isinstance(machines, list)
        assert [machine["box"] for machine in machines] == [f"a{value}" for value in batch]
        assert [machine["settings"]["name"] for machine in machines] == batch
        assert [machine["networks"][0]["virtualbox__bridge"] for machine in machines] == batch
        assert not list(tmp_path.rglob(CANARY))


@pytest.mark.parametrize("value", RUBY[: amount(2, len(RUBY))])
def test_hostile_setting_and_method_names_are_refused(tmp_path: Path, ruby: str, value: str) -> None:
    hostile = machines_document(Plan(Profile.model_validate({"provider": "virtualbox"})))
    hostile["machines"][0]["settings"] |= {value: 1, "instance_eval": value, "system": value}
    found = load(tmp_path, ruby, hostile)
    assert isinstance(found, dict)
    assert "is no name of a setting" in found["error"] or "has no setting" in found["error"]
    assert not list(tmp_path.rglob(CANARY))


def test_a_profile_refuses_hostile_setting_names() -> None:
    for value in RUBY:
        with pytest.raises(ValueError, match="options"):
            Profile.model_validate({"machines": {"options": {"virtualbox": {value: 1}}}})
