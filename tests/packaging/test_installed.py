"""From the wheel alone, in a fresh home, without the checkout: the quick start, every page of explain, completion."""

from __future__ import annotations

import shutil

import pytest

from tests.packaging.built import ROOT, Installed

EXPLAIN = """
import kubetui, sys
from kubetui.explain.concepts import all_concepts
from kubetui.explain.errors import pages
from kubetui.explain.plain import answer

assert not kubetui.__file__.startswith(sys.argv[1]), kubetui.__file__
for name in (*(each.name for each in all_concepts()), *pages()):
    assert len(answer(name, 80)) > 40, name
    print(name)
"""
BASH = """
eval "$(kubetui completion bash)"
COMP_WORDS=(kubetui {words}) COMP_CWORD={last}
_kubetui_completion kubetui
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
compdef() {{ : }}
offered() {{ local each; for each; do [[ $each == -* || $each == unsorted ]] || print -rl -- "${{(P@)each}}"; done }}
compadd() {{ offered "$@" }}
_describe() {{ offered "$@" }}
eval "$(kubetui completion zsh)"
words=(kubetui {words}) CURRENT={last}+1
_kubetui_completion
"""
FISH = """
kubetui completion fish | source
complete --do-complete="kubetui {words}"
"""
SHELLS = {"bash": ("--norc", BASH), "zsh": ("--no-rcs", ZSH), "fish": ("--no-config", FISH)}


def test_the_quick_start_is_rehearsed(installed: Installed) -> None:
    said = installed.run("kubetui", "up", "tutorial", "--rehearse", "--yes", "--speed", "200")
    assert "The rehearsal of tutorial-rehearsal is complete" in said
    assert "3 nodes are Ready with their planned INTERNAL-IP" in said
    assert "tutorial" in installed.run("kubetui", "status")
    assert (installed.home / ".local/state/kubetui/clusters").is_dir()


def test_the_starter_profiles_are_there(installed: Installed) -> None:
    listed = installed.run("kubetui", "profiles")
    for path in (ROOT / "profiles").glob("*.yaml"):
        assert path.stem in listed
        assert installed.run("kubetui", "plan", path.stem)


def test_every_concept_and_every_error_has_its_page(installed: Installed) -> None:
    said = installed.run(str(installed.python), "-c", EXPLAIN, str(ROOT)).split()
    concepts = {path.stem for path in (ROOT / "kubetui" / "explain" / "concepts").glob("*.md")}
    assert concepts <= set(said)
    assert {"APT-LOCK", "CA-UNKNOWN"} <= set(said)


def test_the_second_program_is_the_same(installed: Installed) -> None:
    assert installed.run("kubetui-wizard", "profiles") == installed.run("kubetui", "profiles")
    assert installed.run("kubetui-wizard", "--version").split()[-1] == installed.run("kubetui", "--version").split()[-1]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_commands_and_options(installed: Installed, shell: str) -> None:
    # .ci/run installs the shells
    assert shutil.which(shell), f"{shell} is not installed"
    option, text = SHELLS[shell]

    def offered(words: str) -> str:
        script = text.format(words=words, last=len(words.split()))
        return installed.run(shell, option, "-c", script)

    assert {"plan", "profiles"} <= {line.split(":")[0].split("\t")[0] for line in offered("p").splitlines()}
    assert "--rehearse-fault" in offered("up --rehearse")
    assert "schema" in offered("profiles s")


def test_the_documentation_is_in_the_wheel(installed: Installed) -> None:
    listed = installed.run("kubetui", "docs")
    pages = [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]
    assert {"virtualbox", "existing-hosts", "profile", "commands", "errors", "faq"} <= {*pages}
    for page in pages:
        assert installed.run("kubetui", "docs", page).startswith("# "), page


@pytest.mark.parametrize("shell", SHELLS)
def test_the_program_is_installed_under_its_second_name_for_completion_too(installed: Installed, shell: str) -> None:
    source = installed.run("kubetui-wizard", "completion", shell)
    assert "_KUBETUI_WIZARD_COMPLETE" in source
    assert "_KUBETUI_COMPLETE" not in source
