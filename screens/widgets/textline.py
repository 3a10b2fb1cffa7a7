"""A one-row text field that handles its keys in the order they were pressed."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Input


class TextLine(Input):
    """An Input without a border.

    Textual sends a key such as Backspace to the app and back before it acts on it, and letters typed after it
    arrive first: on a slow host, Backspace would delete the wrong letter. Here the field's own keys act at once.
    """

    def __init__(self, value: str = "", placeholder: str = "", *, select_on_focus: bool = True) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, select_on_focus=select_on_focus)
        self.cursor_blink = False

    async def _on_key(self, event: Key) -> None:
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if not binding.priority and await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
        await super()._on_key(event)
