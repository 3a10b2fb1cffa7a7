"""The site, the program and the package have the same pages, and links between them lead somewhere."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubetui.cli.docs.pages import made
from tests.docs.examples import PAGES, ROOT, name_of

DOCS = ROOT / "docs"
MADE = {f"reference/{page.name}.md" for page in made(lambda: "")}
WRITTEN = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
LINK = re.compile(r"\]\((?!https?://)([^)#]*)(#[^)]*)?\)")
SITE: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def leaves(nav: Any) -> Iterator[str]:
    """Yield every page that the site's navigation names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for inner in nav.values():
            yield from leaves(inner)
    else:
        for inner in nav:
            yield from leaves(inner)


def test_the_navigation_has_every_page_once() -> None:
    assert sorted(leaves(SITE["nav"])) == sorted(WRITTEN | MADE)


def test_nothing_is_fetched_where_the_site_is_read() -> None:
    assert SITE["theme"]["font"] is False
    assert not {"extra_css", "extra_javascript"} & set(SITE)


def test_the_package_has_every_page_and_no_picture() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    packed = {target for source, target in included.items() if source.startswith("docs/")}
    places = {name if "/" not in name else name.partition("/")[0] for name in WRITTEN}
    assert packed == {f"kubetui/_docs/{place}" for place in places}
    for place in packed:
        source = DOCS / place.removeprefix("kubetui/_docs/")
        assert all(path.suffix == ".md" for path in source.rglob("*.*"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """mkdocs looks for anchors as well; this needs no mkdocs, and looks at the README, too."""
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        if not target:
            continue
        path = (page.parent / target).resolve()
        generated = path.is_relative_to(DOCS) and path.relative_to(DOCS).as_posix() in MADE
        assert generated or path.exists(), f"{name_of(page)} leads to {target}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pictures_are_those_that_the_script_takes(page: Path) -> None:
    script = ast.parse((DOCS / "screenshots" / "make.py").read_text(encoding="utf-8"))
    taken = {
        name
        for node in script.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "README"
        for name in ast.literal_eval(node.value)  # type: ignore[arg-type]
    }
    assert taken
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert {Path(each).stem for each in shown} <= taken
    assert all((page.parent / each).is_file() for each in shown)
