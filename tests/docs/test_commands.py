"""Every command in the documentation runs: rehearsed where it makes machines, parsed where it needs what tests lack."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from kubetui.cli.language.tree import contexts
from kubetui.cli.main import main
from kubetui.cluster.folder import all_names
from kubetui.machines.rehearsal import options
from tests.docs.examples import PAGES, ROOT, Block, blocks, commands, inline, name_of, parse

MAKE_MACHINES = {"up"}
"""Rehearsed here."""
NEED_MORE = {
    ("addon", "remove"): "an add-on",
    ("boxes", "make"): "Vagrant",
    ("boxes", "build"): "the internet",
    ("boxes", "remove"): "a box that was built",
    ("image", "load"): "an image of Docker's",
    ("new",): "a terminal",
    ("restore-backup",): "a backup",
    ("snapshot", "restore"): "a snapshot",
    ("snapshot", "remove"): "a snapshot",
    ("lesson", "reset"): "a lesson that was started",
}
"""Commands whose words are only parsed, and what a rehearsal lacks for them."""
TAKE_A_PROFILE = {"up", "plan", "doctor"}
REHEARSED_ONLY = re.compile(r"is a rehearsal|is rehearsed|error REHEARSAL|(does not work with|boxes for) rehearsal")
ASKS = "Nobody can answer here."
"""What a command says that asks before it goes on: here, the answer is yes."""
DOCTOR_CODES = {0, 3}
"""Fine, or this computer lacks something: what it lacks is nobody's mistake in the documentation."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two rehearsed clusters, which pages take for granted: the tutorial's, and one called lab."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, home)
        saved = home / ".config" / "kubetui" / "profiles"
        saved.mkdir(parents=True)
        for folder in (home, saved):
            (folder / "lab.yaml").write_text("schema: 1\nname: lab\n")
        for profile in ("tutorial", "lab"):
            done = run(["up", profile, "--yes"])
            assert done.exit_code == 0, done.output
    return home


def settle(patch: pytest.MonkeyPatch, home: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("XDG_", "KUBETUI_", "KUBECONFIG"))]:
        patch.delenv(name)
    patch.setenv("HOME", str(home))
    patch.setattr(options, "WATCHED", options.FASTEST)
    patch.setenv("VAGRANT_SERVER_URL", "http://127.0.0.1:9")
    patch.chdir(home)


def run(words: list[str]) -> Result:
    """Run a command, rehearsed where it makes machines; a rehearsed cluster is called NAME-rehearsal."""
    if words[0] in MAKE_MACHINES:
        words = [*words, *([] if "--rehearse" in words else ["--rehearse"])]
        words = [*words, *([] if "--speed" in words else ["--speed", "1000"])]
    else:
        rehearsed = {name.removesuffix("-rehearsal"): name for name in all_names() if name.endswith("-rehearsal")}
        first = 2 if words[0] in {"node", "addon", "lesson", "snapshot", "image"} else 1
        if words[0] not in TAKE_A_PROFILE:
            words = [rehearsed.get(word, word) if place == first else word for place, word in enumerate(words)]
    return CliRunner().invoke(main, words)


def wrong(words: list[str], block: Block) -> str:
    """Return what is wrong with one command; empty if it is right."""
    try:
        path = tuple(parse(main, words, whole=True))
    except click.ClickException as error:
        return error.format_message()
    if block.marker.startswith("needs: ") or path[:2] in NEED_MORE or path[:1] in NEED_MORE or not path:
        return ""
    done = run(words)
    if ASKS in done.output:
        done = run([*words, "--yes"])
    expected = int(block.marker.removeprefix("fails: ")) if block.marker.startswith("fails: ") else 0
    if done.exit_code == expected or REHEARSED_ONLY.search(done.output):
        return ""
    if words[0] == "doctor" and done.exit_code in DOCTOR_CODES:
        return ""
    return f"ended with {done.exit_code}: {done.output[-600:]}"


def shell(page: Path) -> Iterator[tuple[list[str], Block]]:
    """Yield the commands of a page's blocks; the profiles between them become files, as a reader makes them."""
    for block in blocks(page):
        if block.language in {"sh", "shell", "bash", "console"}:
            yield from ((words, block) for words in commands(block.text))
        elif block.language == "yaml":
            values = yaml.safe_load(block.text)
            if isinstance(values, dict) and "schema" in values:
                Path(f"{values['name']}.yaml").write_text(block.text)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_a_page_runs(page: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    shutil.copytree(built, home, symlinks=True)
    settle(monkeypatch, home)
    found = [(words, problem) for words, block in shell(page) if (problem := wrong(words, block))]
    assert not found, "\n\n".join(f"kubetui {' '.join(words)}\n{problem}" for words, problem in found)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_a_page_mentions_is_there(page: Path) -> None:
    for words in inline(page):
        parse(main, words, whole=False)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_are_in_blocks_of_shell(page: Path) -> None:
    """What is indented by four blanks is code as well, and no test would find it."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert not re.findall(r"^ {4,}kubetui .*$", text, re.MULTILINE)
    assert all(block.language for block in blocks(page)), "a block without a language"


def test_the_examples_of_the_commands_themselves_are_right() -> None:
    """A command's help and the reference show them; a name that stands for one of yours is no mistake."""
    for context in contexts(main):
        for line, what in getattr(context.command, "examples", ()):
            assert what
            for words in commands(line):
                parse(main, words, whole=True)


def test_the_commands_of_a_piece_of_shell_are_found() -> None:
    text = 'ls && kubetui up a --yes  # why\neval "$(kubetui kubeconfig a --export)"\n'
    text += "kubetui docs | less\nx=$(kubetui version)\nkubetui plan b \\\n  --script c > d\n"
    assert [*commands(text)] == [
        ["up", "a", "--yes"],
        ["kubeconfig", "a", "--export"],
        ["docs"],
        ["version"],
        ["plan", "b", "--script", "c"],
    ]


@pytest.mark.parametrize("words", [["upp"], ["up", "--no-such"], ["addon", "add"], ["plan", "a", "b"]])
def test_a_command_that_is_not_there_is_noticed(words: list[str]) -> None:
    assert wrong(words, Block("sh", "", ""))


def test_a_block_is_found_in_a_list_and_with_its_comment(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("- a\n\n  ```sh\n  kubetui docs\n  ```\n\n<!-- fails: 4 -->\n```sh\nkubetui up\n```\n")
    assert [*blocks(page)] == [Block("sh", "kubetui docs\n", ""), Block("sh", "kubetui up\n", "fails: 4")]
    assert ROOT not in page.parents
