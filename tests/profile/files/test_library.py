"""Finding, listing and saving profiles by name."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base import files
from kubetui.base.errors import ProfileError
from kubetui.profile.files import library
from kubetui.profile.schema.profile import Profile


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "config" / "kubetui" / "profiles"


def test_starters_are_found_by_name() -> None:
    assert library.find("tutorial") == library.starter_folder() / "tutorial.yaml"
    assert [(entry.name, entry.kind, entry.error) for entry in library.listing()] == [
        ("larger", "starter", None),
        ("rehearsal", "starter", None),
        ("single", "starter", None),
        ("tutorial", "starter", None),
    ]


def test_a_saved_profile_wins_over_a_starter(config: Path) -> None:
    assert library.save_as(Profile(name="mine"), "tutorial") == config / "tutorial.yaml"
    assert library.find("tutorial") == config / "tutorial.yaml"
    first = library.listing()[0]
    assert (first.name, first.kind, first.profile) == ("tutorial", "saved", Profile(name="mine"))


def test_a_path_is_a_path() -> None:
    assert library.find("./tutorial") == Path("tutorial")
    assert library.find("lab.yaml") == Path("lab.yaml")
    assert library.find("lab.yml") == Path("lab.yml")
    Path("single").write_text("name: single\n")
    assert library.find("single") == Path("single")
    Path("larger").mkdir()
    assert library.find("larger") == library.starter_folder() / "larger.yaml"


def test_an_unknown_name_suggests_similar_ones() -> None:
    with pytest.raises(ProfileError) as caught:
        library.find("tutoral")
    assert str(caught.value) == (
        "There is no profile called tutoral.\n"
        "  Did you mean tutorial? `kubetui profiles` lists them; to use a file, give its path."
    )
    with pytest.raises(ProfileError, match="Profiles: larger, rehearsal, single, tutorial"):
        library.find("zzz")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", ".", "..", "a.b", "-a", "a" * 41, "a\n", "a\0"])
def test_a_name_cannot_leave_the_folder(config: Path, name: str) -> None:
    with pytest.raises(ProfileError, match="cannot name a profile"):
        library.save_as(Profile(), name)
    assert not config.exists()


@given(st.text(max_size=60))
def test_any_name_can_be_looked_up(name: str) -> None:
    try:
        library.find(name)
        path = library.path_of(name)
    except ProfileError:
        return
    assert path.parent == library.saved_folder()


def test_saving_is_private_and_asks_before_it_overwrites() -> None:
    before = os.umask(0)
    try:
        path = library.save_as(Profile(name="a"), "mine")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, path.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]
    with pytest.raises(ProfileError, match="already exists"):
        library.save_as(Profile(name="b"), "mine")
    library.save_as(Profile(name="b"), "mine", overwrite=True)
    assert library.listing()[0].profile == Profile(name="b")


@pytest.mark.parametrize("depth", [0, 1])
def test_a_linked_folder_is_not_written_through(config: Path, tmp_path: Path, depth: int) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = (config, config.parent)[depth]
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere)
    with pytest.raises(ProfileError, match="symbolic link"):
        library.save_as(Profile(), "mine")
    assert list(elsewhere.iterdir()) == []


def test_broken_profiles_are_listed_with_their_reason(config: Path, tmp_path: Path) -> None:
    config.mkdir(parents=True)
    (config / "broken.yaml").write_text("nmae: x\n")
    (config / "Not A Name.yaml").write_text("name: x\n")
    (config / "notes.txt").write_text("")
    (tmp_path / "secret").write_text("name: x\n")
    (config / "link.yaml").symlink_to(tmp_path / "secret")
    saved = [entry for entry in library.listing() if entry.kind == "saved"]
    assert [entry.name for entry in saved] == ["broken"]
    assert saved[0].profile is None
    assert "broken.yaml:1:1: nmae" in str(saved[0].error)


def test_the_home_folder_without_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative"):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        assert library.saved_folder() == tmp_path / ".config" / "kubetui" / "profiles"


def test_starters_are_found_in_an_installed_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "kubetui" / "_profiles").mkdir(parents=True)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.setattr(files, "__file__", str(tmp_path / "kubetui" / "base" / "files.py"))
    assert library.starter_folder() == tmp_path / "kubetui" / "_profiles"
    (tmp_path / "kubetui" / "_profiles").rmdir()
    assert library.starter_folder() == tmp_path / "profiles"
    (tmp_path / "pyproject.toml").unlink()
    assert library.listing() == ()
