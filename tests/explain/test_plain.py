"""`kubetui explain`: concepts, errors' pages and the list, as plain text."""

from __future__ import annotations

import pytest

from kubetui.base.errors import UsageError
from kubetui.explain.concepts import all_concepts, concept
from kubetui.explain.errors import pages, parse
from kubetui.explain.plain import CONTINUES, answer, look_up

APT_LOCK = """\
APT-LOCK
========

What happened: Another process held apt's lock for 5 minutes.

What helps: Usually it finishes by itself.

The same kubetui up continues where it stopped. The machine's whole output is in its log."""


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_concept_is_wrapped_but_its_command_and_link_are_not(columns: int) -> None:
    for each in all_concepts():
        lines = answer(each.name, columns).splitlines()
        whole = [f"  {each.command}", f"  {each.link}"]
        assert [line for line in lines if line in whole] == whole
        assert all(len(line) <= min(columns, 100) for line in lines if line not in whole)
        assert lines[0] == each.title
        for paragraph in each.text.splitlines():
            assert paragraph in " ".join(lines)


def test_a_concept_says_where_its_command_runs_and_what_is_related() -> None:
    assert "Try on the control plane:\n  kubectl get nodes -o wide\n" in answer("node", 80)
    assert "Try on any node:\n  cat /proc/swaps\n" in answer("swap", 80)
    assert "Try on this host:\n  vagrant box list\n" in answer("box", 80)
    assert answer("swap", 80).endswith("\n\nSee also: kubelet, kubelet-configuration")


def test_an_error_has_a_page() -> None:
    assert answer("APT-LOCK", 100) == APT_LOCK
    assert answer("apt-lock", 100) == APT_LOCK


def test_every_error_has_a_page_that_says_what_helps() -> None:
    assert len(pages()) > 90
    for id_, page in pages().items():
        assert (page.id, page.happened[-1], page.helps[-1]) == (id_, ".", ".")
        assert answer(id_, 80).startswith(f"{id_}\n")


def test_only_an_error_of_a_run_continues() -> None:
    assert CONTINUES in answer("KUBEADM-TIMEOUT", 200)
    assert CONTINUES not in answer("USAGE", 200)


def test_capitals_are_an_error_and_small_letters_a_concept() -> None:
    assert look_up("SWAP") is pages()["SWAP"]
    assert look_up("swap") is concept("swap")
    assert answer("SWAP", 80).endswith("See also: swap")


def test_without_a_name_all_are_listed_with_a_line_each() -> None:
    lines = answer("", 80).splitlines()
    assert lines[-1] == "kubetui explain NAME explains one of them, and kubetui explain ID an error."
    assert [line.split()[0] for line in lines[:-2]] == [each.name for each in all_concepts()]
    assert all(each.short in line for each, line in zip(all_concepts(), lines, strict=False))
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize(
    ("asked", "guess"), [("kublet", "Did you mean kubelet"), ("APT-LOK", "apt-lock"), ("zzzz", "")]
)
def test_an_unknown_name_gets_similar_ones(asked: str, guess: str) -> None:
    with pytest.raises(UsageError) as caught:
        answer(asked, 80)
    assert caught.value.message == f"There is no concept and no error called {asked}."
    assert guess in caught.value.fix
    assert caught.value.fix.endswith("`kubetui explain` lists the concepts.")
    assert len(caught.value.fix) < 120


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("| ONE | what |", "errors.md, line 2: a row has an id, what happened, and what helps"),
        ("| ONE | what | |", "errors.md, line 2: a row has an id, what happened, and what helps"),
        ("| ONE, ONE | what | fix |", "errors.md, line 2: ONE has a row already"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(table: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        list(parse(f"## Some\n{table}\n"))


def test_a_page_has_its_section_and_no_markdown_links() -> None:
    (page,) = parse("# Errors\n## Some\n| id | what happened | what helps |\n| A-B | see [it](#it) | `run` it |\n")
    assert (page.id, page.section, page.happened, page.helps) == ("A-B", "Some", "See it.", "`run` it.")
