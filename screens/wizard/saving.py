"""Saves a draft as a profile or exports its scripts, and never overwrites anything without asking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kubetui.base.errors import KubetuiError, ProfileError
from kubetui.base.files import write_private
from kubetui.base.text import counted
from kubetui.operations.plan import scripts
from kubetui.profile.files import library
from screens.widgets.dialogs import Ask

if TYPE_CHECKING:
    from textual.app import App

    from kubetui.profile.plan import Plan
    from screens.wizard.draft import Draft

_WORDS = "A name for this profile. kubetui up NAME builds it, on this host or another."


def save(app: App[object], draft: Draft, then: Callable[[str], None] | None = None) -> None:
    """Ask for a name, save the draft under it, and call `then` with the name."""
    look = draft.look()
    if draft.wrong:
        app.notify(f"Fix this first: {draft.wrong[0]}", title="Not saved", severity="warning", markup=False)
        return

    def attempt(name: str, confirmed: bool) -> str:  # noqa: FBT001 - the dialog's callback
        try:
            library.save_as(look.profile, name, overwrite=confirmed and library.path_of(name).exists())
        except KubetuiError as error:
            if error.id == "PROFILE-EXISTS":
                return f"A profile {name} already exists. Press Enter again to replace it."
            return str(error)
        return ""

    def saved(name: str | None) -> None:
        if name is None:
            return
        draft.saved_as(name)
        app.notify(f"kubetui up {name} builds it.", title=f"Saved as {name}", markup=False)
        if then is not None:
            then(name)

    app.push_screen(Ask("Save as profile", _WORDS, draft.source or look.profile.name, attempt), saved)


def leave(app: App[object], draft: Draft) -> None:
    """Leave kubetui; the first time, warn about unsaved answers instead."""
    if draft.changed and not draft.warned:
        draft.warned = True
        app.notify("Press q again to leave without them, or ctrl+s to save.", title="Unsaved answers", markup=False)
        return
    app.exit(0)


def export(app: App[object], plan: Plan) -> None:
    """Ask for a folder and write one script per machine into it; notify if a script cannot be made."""
    try:
        written = {f"{machine}.sh": script for machine, script in scripts(plan).items()}
    except ProfileError as error:
        app.notify(str(error), title="Not exported", severity="warning", markup=False)
        return

    def attempt(text: str, confirmed: bool) -> str:  # noqa: FBT001 - the dialog's callback
        folder = Path(text).expanduser()
        if not text:
            return "Enter a folder."
        there = [name for name in written if (folder / name).exists()]
        if there and not confirmed:
            verb = "exists" if len(there) == 1 else "exist"
            return f"{', '.join(there)} already {verb}. Press Enter again to overwrite."
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name, script in written.items():
                write_private(folder / name, script, mode=0o700)
        except (OSError, KubetuiError) as error:
            return f"Cannot write there: {error}"
        return ""

    def done(folder: str | None) -> None:
        if folder is not None:
            app.notify(f"{counted(len(written), 'script')} in {folder}.", title="Exported", markup=False)

    words = "A folder for the scripts: the same commands, one file per machine, to run by hand as root."
    app.push_screen(Ask("Export scripts", words, f"{plan.profile.name}-scripts", attempt, yes="Write"), done)
