"""Saving a draft as a profile: a checked name, and never over another one unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubetui import library
from kubetui.errors import KubetuiError
from screens.dialogs import Ask

if TYPE_CHECKING:
    from screens.app import KubetuiApp
    from screens.draft import Draft

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
