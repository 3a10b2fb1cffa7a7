"""Asks for the passwords of proxies and mirrors before a run that needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubetui.base.errors import ProfileError
from kubetui.base.files import credentials_file
from kubetui.profile import credentials
from screens.widgets.dialogs import Ask

if TYPE_CHECKING:
    from textual.app import App

    from kubetui.profile.schema.profile import Profile


def ask_passwords(app: App[object], profile: Profile, then: Callable[[], object]) -> None:
    """Ask for each unknown password in turn, then call `then`; Esc in any of them cancels."""
    try:
        unknown = credentials.missing(profile)
    except ProfileError as error:
        app.notify(str(error), title="Cannot read the passwords", severity="warning", markup=False)
        return
    if not unknown:
        then()
        return
    place = unknown[0]

    def answered(password: str | None) -> None:
        if password is not None:
            credentials.tell(place, password)
            ask_passwords(app, profile, then)

    words = f"For {place}. It stays in memory until kubetui ends. To keep it, write it into {credentials_file()}."
    app.push_screen(Ask("Password", words, "", lambda _text, _sure: "", yes="Continue", hidden=True), answered)
