"""`kubetui backup` and `restore-backup` as a person types them: what they refuse, say and ask before they begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import ExitCode
from kubetui.cli.main import main
from kubetui.cli.maintain import backup as command
from kubetui.cli.options import UpOptions
from kubetui.cluster import backup, restoring
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.cluster.test_backup import KEYS, MANIFEST, snapshot

FIELDS: dict[str, Any] = {"provider": "lxc", "machines": {"box": "rig/debian13", "workers": 1}}


def kubetui(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def made(**fields: object) -> Cluster:
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile.model_validate({"name": "lab", **FIELDS, **fields})))
    return cluster


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lab.tar"
    backup.write(
        path, MANIFEST, profilefile.dump(Profile.model_validate({"name": "lab", **FIELDS})), KEYS, snapshot(tmp_path)
    )
    return path


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Plan]]:
    """Return the plans that would be built, on a host that has everything."""
    plans: list[tuple[str, Plan]] = []

    async def fits(_plan: Plan, _name: str) -> None:
        pass

    def run(plan: Plan, name: str, options: UpOptions) -> int:
        assert options.yes
        plans.append((name, plan))
        return 0

    monkeypatch.setattr(command, "check_host", fits)
    monkeypatch.setattr(command, "settled", lambda profile, _options: Plan(profile))
    monkeypatch.setattr(command, "run", run)
    return plans


def test_a_backup_needs_a_new_file_in_a_folder(file: Path, tmp_path: Path) -> None:
    made()
    taken = kubetui("backup", "lab", "--to", str(file))
    assert taken.exit_code == ExitCode.USAGE
    assert "BACKUP-EXISTS" in taken.output
    assert "its folder does not exist" in kubetui("backup", "lab", "--to", str(tmp_path / "none/x.tar")).output
    assert "There is no cluster other." in kubetui("backup", "other", "--to", "x.tar").output
    assert "Missing option '--to'" in kubetui("backup", "lab").output


def test_a_rehearsal_has_nothing_to_save(tmp_path: Path) -> None:
    made(provider="rehearsal", machines={})
    done = kubetui("backup", "lab", "--to", str(tmp_path / "x.tar"))
    assert "lab is a rehearsal, and has nothing to save." in done.output


def test_a_cluster_that_is_being_restored_is_not_saved(
    file: Path, tmp_path: Path, builds: list[tuple[str, Plan]]
) -> None:
    assert kubetui("restore-backup", str(file), "--yes").exit_code == 0
    assert builds
    assert "RESTORE-PENDING" in kubetui("backup", "lab", "--to", str(tmp_path / "x.tar")).output


def test_what_will_happen_is_said_and_asked(file: Path, builds: list[tuple[str, Plan]]) -> None:
    done = kubetui("restore-backup", str(file))
    assert done.exit_code == ExitCode.USAGE
    assert done.output.splitlines()[:3] == [
        "kubetui: the backup of lab, made 2026-11-28T14:00:00Z: 987 keys of etcd at revision 1234",
        "  It becomes lab: 2 machines with LXC containers, kubmaster, kubnode1.",
        "  Kubernetes is 1.37.2, as in the backup: the profile names it exactly from now on.",
    ]
    assert "destroyed" not in done.output
    assert "Restore lab? Nobody can answer here." in done.output
    assert builds == []
    assert restoring.pending(Cluster("lab")) is None


def test_a_yes_begins_and_the_same_again_goes_on_without_a_question(file: Path, builds: list[tuple[str, Plan]]) -> None:
    cluster = made(machines={"box": "rig/debian13", "workers": 3})
    done = kubetui("restore-backup", str(file), "--yes")
    assert done.exit_code == 0, done.output
    assert "lab exists: kubmaster, kubnode1, kubnode2, kubnode3 are destroyed first." in done.output
    begun = restoring.pending(cluster)
    assert begun
    again = kubetui("restore-backup", str(file))
    assert (again.exit_code, again.output) == (0, "")
    assert restoring.pending(cluster) == begun
    assert [(name, plan.version, len(plan.machines)) for name, plan in builds] == [("lab", "1.37.2", 2)] * 2


def test_it_may_have_another_name_and_other_addresses(file: Path, builds: list[tuple[str, Plan]]) -> None:
    made()
    done = kubetui("restore-backup", str(file), "other", "--first-address", "192.168.73.11", "--yes")
    assert done.exit_code == 0, done.output
    ((name, plan),) = builds
    assert (name, plan.profile.name, str(plan.control_plane.address)) == ("other", "other", "192.168.73.11")
    assert restoring.pending(Cluster("other"))
    assert restoring.pending(Cluster("lab")) is None


def test_a_file_that_is_none_changes_nothing(file: Path, builds: list[tuple[str, Plan]]) -> None:
    file.write_bytes(file.read_bytes()[:-1])
    done = kubetui("restore-backup", str(file), "--yes")
    assert done.exit_code == ExitCode.USAGE
    assert "BACKUP-FILE" in done.output
    assert builds == []
    assert not Cluster("lab").folder.exists()


def test_an_address_that_is_none_is_said(file: Path) -> None:
    assert "x is no IPv4 address." in kubetui("restore-backup", str(file), "--first-address", "x").output
