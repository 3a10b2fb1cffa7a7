"""Saving a draft as a profile: a checked name, and never over another one unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kubetui.base.errors import KubetuiError, ProfileError
from kubetui.base.files import write_private
from kubetui.operations.plan import scripts
from kubetui.profile.files import library
from screens.widgets.dialogs import Ask

if TYPE_CHECKING:
    from kubetui.profile.plan import Plan
    from screens.app import KubetuiApp
    from screens.wizard.draft import Draft

_WORDS = "A name for this profile. kubetui up NAME builds it, on this host or another."


def save(app: KubetuiApp, draft: Draft, then: Callable[[str], None] | None = None) -> None:
    """Ask for a name, save, and say where; `then` gets the name."""
    found = draft.problems()
    if found:
        app.notify(f"First: {next(iter(found.values()))}", title="Not saved", severity="warning", markup=False)
        return

    def attempt(name: str, confirmed: bool) -> str:  # noqa: FBT001 - the dialog's callback
        try:
            library.save_as(draft.profile(), name, overwrite=confirmed and _taken(name))
        except KubetuiError as error:
            if error.id == "PROFILE-EXISTS":
                return f"There is a profile {name} already. Enter once more replaces it."
            return str(error)
        return ""

    def saved(name: str | None) -> None:
        if name is None:
            return
        draft.source, draft.original = name, draft.profile()
        app.notify(f"kubetui up {name} builds it.", title=f"Saved as {name}", markup=False)
        if then is not None:
            then(name)

    app.push_screen(Ask("Save as profile", _WORDS, draft.source or draft.profile().name, attempt), saved)


def _taken(name: str) -> bool:
    return library.path_of(name).exists()


def leave(app: KubetuiApp, draft: Draft) -> None:
    """Leave kubetui; where answers are not saved, only when asked twice."""
    if draft.changed and not draft.warned:
        draft.warned = True
        app.notify("q once more leaves without them, ctrl+s saves them.", title="Answers not saved", markup=False)
        return
    app.exit(0)


def export(app: KubetuiApp, plan: Plan) -> None:
    """Ask for a folder, and write one script a machine into it; say so where a script cannot be known."""
    try:
        written = {f"{machine}.sh": script for machine, script in scripts(plan).items()}
    except ProfileError as error:
        app.notify(str(error), title="Not exported", severity="warning", markup=False)
        return

    def attempt(text: str, confirmed: bool) -> str:  # noqa: FBT001 - the dialog's callback
        folder = Path(text).expanduser()
        if not text:
            return "Name a folder."
        there = [name for name in written if (folder / name).exists()]
        if there and not confirmed:
            return f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already. Enter once more replaces."
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name, script in written.items():
                write_private(folder / name, script, mode=0o700)
        except (OSError, KubetuiError) as error:
            return f"It cannot be written: {error}"
        return ""

    def done(folder: str | None) -> None:
        if folder is not None:
            app.notify(f"{len(written)} scripts in {folder}, one a machine.", title="Exported", markup=False)

    words = "A folder for the scripts: the same commands, one file a machine, to be run by hand as root."
    app.push_screen(Ask("Export scripts", words, f"{plan.profile.name}-scripts", attempt, yes="Write"), done)
