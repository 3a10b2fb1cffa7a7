"""Passwords of proxies and mirrors, asked for before a run that needs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubetui.base.errors import ProfileError
from kubetui.base.files import credentials_file
from kubetui.profile import credentials
from screens.widgets.dialogs import Ask

if TYPE_CHECKING:
    from kubetui.profile.schema.profile import Profile
    from screens.app import KubetuiApp


def ask(app: KubetuiApp, profile: Profile, then: Callable[[], object]) -> None:
    """Ask for every password that is not known, one after the other, and go on; who leaves one leaves the run."""
    try:
        unknown = credentials.missing(profile)
    except ProfileError as error:
        app.notify(str(error), title="Passwords cannot be read", severity="warning", markup=False)
        return
    if not unknown:
        then()
        return
    place = unknown[0]

    def told(password: str | None) -> None:
        if password is not None:
            credentials.tell(place, password)
            ask(app, profile, then)

    words = f"For {place}. It stays in memory until kubetui ends; {credentials_file()} can keep it."
    app.push_screen(Ask("Password", words, "", lambda _text, _sure: "", yes="Go on", hidden=True), told)
