"""The command palette: every action of the screen, under the words of the key bar and the help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, Final

from textual.command import DiscoveryHit, Hit, Hits, Provider

from screens.widgets.keys import actions_of

Command = tuple[str, str, Callable[[], Awaitable[Any] | Any]]
"""Its words, a sentence of help, and what it does."""

THEME: Final = ("Theme", "Choose other colours; they are kept.", "app.change_theme")
PICTURE: Final = ("Screenshot", "Save a picture of this screen as SVG.", "app.screenshot")


class Actions(Provider):
    """Offers what the keys do, in the order of the key bar, then themes and the screenshot."""

    async def discover(self) -> Hits:
        """Yield every command."""
        for words, text, run in self._commands():
            yield DiscoveryHit(words, run, help=text)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose words match."""
        matcher = self.matcher(query)
        for words, text, run in self._commands():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, matcher.highlight(words), run, help=text)

    def _commands(self) -> Iterator[Command]:
        for owner, keys, binding in actions_of(self.screen, self.focused):
            text = f"{keys}   {binding.tooltip}" if binding.tooltip else keys
            yield binding.description, text, partial(self.app.run_action, binding.action, owner)
        for words, text, action in (THEME, PICTURE):
            yield words, text, partial(self.app.run_action, action, self.app)
