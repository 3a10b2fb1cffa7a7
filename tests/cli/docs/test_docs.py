"""`kubetui docs`: the pages, what they are called, and how a terminal shows them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import KubetuiError
from kubetui.base.files import shipped
from kubetui.cli.docs import pages
from kubetui.cli.docs.concepts import reference as concepts
from kubetui.cli.docs.pages import KINDS, made, summary, written
from kubetui.cli.docs.terminal import laid_out
from kubetui.cli.main import main
from kubetui.explain.concepts import all_concepts

PAGES = [*written(), *made(lambda: "# Commands\n\nAll of them.\n")]


def docs(*words: str) -> Result:
    return CliRunner().invoke(main, ["docs", *words])


def test_the_list_has_every_page_under_its_kind() -> None:
    listed = docs().output
    for kind in KINDS.values():
        assert f"{kind}\n" in listed
    for page in PAGES:
        assert f"\n  {page.name} " in listed


def test_names_are_unique_and_folders_have_a_kind() -> None:
    assert set(Counter(page.name for page in PAGES).values()) == {1}
    assert {page.folder for page in PAGES} == set(KINDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_a_title_and_begins_with_a_sentence(page: pages.Page) -> None:
    text = page.text()
    assert text.startswith("# ")
    first = summary(text)
    assert first.title
    assert first.sentence[0].isalpha() or first.sentence[0] == "`"
    assert len(first.sentence) < 250


@pytest.mark.parametrize("name", ["speed", "docs/speed.md", "SPEED"])
def test_a_page_that_goes_to_a_program_is_its_own_markdown(name: str) -> None:
    text = (shipped("docs") / "speed.md").read_text(encoding="utf-8")
    assert docs(name).output == text


@pytest.mark.parametrize("name", ["profile", "commands", "concepts", "errors"])
def test_pages_that_are_made_from_the_code_are_there(name: str) -> None:
    done = docs(name)
    assert done.exit_code == 0
    assert done.output.startswith("# ")


def test_a_page_that_is_not_there_is_named_with_those_like_it() -> None:
    done = docs("netwroks")
    assert done.exit_code == 2
    assert "Did you mean networks?" in done.output


def test_without_files_it_says_that_the_installation_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "shipped", lambda _name: tmp_path)
    with pytest.raises(KubetuiError, match="is not whole"):
        list(written())


PAGE = """# A page

![a picture](x.svg)

See [`up`](reference/commands.md#up), [the site](https://example.org) and [here](#below). `a` stays.

<!-- not for readers -->
## Below

| one | two |
| --- | --- |
| `a-very-long-word-that-does-not-fit-into-any-column-of-this-width` | b |

```sh
kubetui up tutorial --yes --timings --keep-box --record FILE --accept-host-keys  # [a](b.md)
```
"""


def test_a_terminal_gets_text_that_fits_and_loses_nothing() -> None:
    text = laid_out(PAGE, 60)
    assert "A page\n======\n" in text
    assert "Below\n-----\n" in text
    assert "`up` (`kubetui docs commands`), the site\n(https://example.org) and here. `a` stays." in text
    assert "picture" not in text
    assert "not for readers" not in text
    # code is one line, to be copied; everything else fits
    command = "    kubetui up tutorial --yes --timings --keep-box --record FILE --accept-host-keys  # [a](b.md)"
    lines = text.splitlines()
    assert command in lines
    assert all(len(line) <= 60 for line in lines if line != command)
    assert "a-very-long-word-that-does-not-fit-into-any-column-of-this-width" in "".join(
        line.strip().split("  ")[0] for line in lines
    ).replace("`", "").replace(" ", "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_can_be_shown_at_80_columns(page: pages.Page) -> None:
    text = laid_out(page.text(), 80)
    assert "…" not in text
    title = summary(page.text()).title
    assert text.startswith(title)


def test_the_page_of_concepts_has_them_all() -> None:
    text = concepts()
    for each in all_concepts():
        assert f"\n## {each.name}\n" in text
        assert each.command in text
        assert all(f"](#{name})" in text for name in each.see)
