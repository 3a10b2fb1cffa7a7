"""What mkdocs builds besides the files: pages from the code, and links that hold on the site and in the repository.

mkdocs calls the functions (mkdocs.yml, `hooks`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[1]

ERRORS: Final = "kubetui/explain/errors.md"
"""A page that is part of the package: in the repository it is linked where it is, on the site it is a reference."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the references, which are made from the code, and from the files of `kubetui explain`."""
    # the code is this checkout's, whatever kubetui is installed; a change of the path while mkdocs loads this is undone
    sys.path.insert(0, str(ROOT))
    from kubetui.cli.docs.commandline import reference
    from kubetui.cli.docs.pages import made
    from kubetui.cli.main import main

    for page in made(lambda: reference(main)):
        files.append(File.generated(config, f"reference/{page.name}.md", content=page.text()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Lead links into the package to the reference that is made of it."""
    up = "../" * page.file.src_uri.count("/")
    return markdown.replace(f"({up}../{ERRORS}", f"({up}reference/errors.md")
