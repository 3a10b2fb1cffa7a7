"""An error's page on a screen."""

from __future__ import annotations

from kubetui.explain.plain import CONTINUES
from screens.explain.concepts import ConceptScreen
from screens.explain.errors import ErrorScreen
from tests.screens.apps import SIZE, OneScreen, shown


async def test_a_page_is_shown_and_copied() -> None:
    page = f"Another process held apt's lock for 5 minutes.\n\nUsually it finishes by itself.\n\n{CONTINUES}"
    async with OneScreen(lambda: ErrorScreen("APT-LOCK")).run_test(size=SIZE) as pilot:
        await pilot.press("e", "y")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ErrorScreen)
        assert shown(pilot, "Static") == page
        assert pilot.app.clipboard == page


async def test_e_opens_the_concept_of_the_same_name() -> None:
    async with OneScreen(lambda: ErrorScreen("SWAP")).run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert shown(pilot, "Static").endswith("e Explain: Swap")
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ConceptScreen)
        assert shown(pilot, "#text").startswith("Swap\n")
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ErrorScreen | ConceptScreen)


async def test_an_error_of_another_version_has_no_page() -> None:
    async with OneScreen(lambda: ErrorScreen("GONE")).run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert shown(pilot, "Static") == "This kubetui has no page for this error."
