"""The visual system: what each colour is for. Screens name these tokens, never a colour.

| token | for |
| --- | --- |
| `$surface`, `$panel` | what things stand on: panes and dialogs, bars |
| `$border`, `$border-blurred` | the frame of the focused pane, and of all others |
| `$input`, `$input-focused`, `$input-wrong` | the background of a field, with `$input-text` on it |
| `$text`, `$text-muted` | what is read first, and what may be left unread (with `text-style: dim`) |
| `$accent`, `$success`, `$warning`, `$error` | where one is, good, look here, danger |
| `$code` | commands |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.color import Color
from textual.theme import Theme

_OWN: Final = {
    "surface": "ansi_default",
    "panel": "ansi_default",
    "border": "ansi_cyan",
    "border-blurred": "ansi_bright_black",
    # a terminal does not say whether it is dark or light, so text on a field brings its own colour
    "input": "ansi_bright_black",
    "input-focused": "ansi_blue",
    "input-wrong": "ansi_red",
    "input-text": "ansi_bright_white",
    "text-muted": "ansi_default",
    "text-disabled": "ansi_default",
    "code": "ansi_magenta",
}
"""The tokens in the terminal's own colours, readable on dark and light."""

TERMINAL: Final = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        **_OWN,
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": "ansi_cyan",
        "block-cursor-blurred-background": "ansi_default",
        "block-cursor-blurred-text-style": "bold",
        "block-hover-background": "ansi_default",
        "footer-foreground": "ansi_default",
        "footer-background": "ansi_default",
        "footer-key-foreground": "ansi_cyan",
        "footer-key-background": "ansi_default",
        "footer-description-foreground": "ansi_default",
        "footer-description-background": "ansi_default",
        "footer-item-background": "ansi_default",
        "input-cursor-background": "ansi_cyan",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_cyan",
        "scrollbar-active": "ansi_cyan",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
        "scrollbar-corner-color": "ansi_default",
        "screen-selection-background": "ansi_cyan",
        "screen-selection-foreground": "ansi_black",
    },
)
"""The default theme: the terminal's own colours with one accent."""

READABLE: Final = 4.5
"""The least contrast of text, after WCAG 2."""


_DARK: Final = 0.04045
"""Where sRGB's curve begins."""


def tokens(theme: Theme, given: Mapping[str, str]) -> dict[str, str]:
    """Return the tokens of a theme: this file's own, or made from the colours that a theme of Textual's generates."""
    if theme.name == TERMINAL.name:
        return {}
    if theme.ansi:
        return {name: value for name, value in _OWN.items() if name != "border"}
    ground, surface, text = (Color.parse(given[name]) for name in ("background", "surface", "foreground"))
    found = {
        name: readable(Color.parse(given[of]), ground, surface)
        for name, of in (
            ("accent", "primary"), ("success", "success"), ("warning", "warning"), ("error", "error"),
            ("code", "secondary"),
        )
    }  # fmt: skip
    field = surface.blend(text, 0.12)
    found |= {
        "border": found["accent"],
        "border-blurred": surface.blend(text, 0.35),
        "input": field,
        "input-focused": field.blend(found["accent"], 0.2),
        "input-wrong": field.blend(found["error"], 0.25),
        "text": readable(text, ground, surface),
        "text-muted": readable(text.blend(ground, 0.4), ground, surface),
    }
    fields = (found["input"], found["input-focused"], found["input-wrong"])
    found["input-text"] = readable(text, *fields)
    found["footer-key-foreground"] = found["accent"]
    return {name: color.hex for name, color in found.items()}


def readable(color: Color, *grounds: Color) -> Color:
    """Return the colour, moved towards black or white as far as it takes to read it on every ground.

    >>> readable(Color.parse("#0178d4"), Color.parse("#121212")).hex
    '#1A85D8'
    """

    def worst(one: Color) -> float:
        return min(contrast(one, ground) for ground in grounds)

    end = max(Color(0, 0, 0), Color(255, 255, 255), key=worst)
    steps = (color.blend(end, step / 20) for step in range(21))
    return next((each for each in steps if worst(each) >= READABLE), end)


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours after WCAG 2: from 1, the same, to 21, black and white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    parts = (part / 12.92 if part <= _DARK else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


STYLES: Final = """
Input, Input:focus, Input:ansi, Input:blur { background: $input; color: $input-text; background-tint: transparent; }
Input:focus { background: $input-focused; }
Input.-wrong, Input.-wrong:focus { background: $input-wrong; }
Input:disabled { background: transparent; color: $text-muted; text-style: dim; }
Input > .input--placeholder, Input > .input--suggestion { color: $input-text; text-style: dim italic; }
Input:ansi > .input--cursor { background: $input-cursor-background; color: $input-cursor-foreground; }
Select > SelectCurrent, Select > SelectCurrent:ansi { background: $input; }
Select > SelectCurrent > Static#label, Select > SelectCurrent > .arrow { color: $input-text; }
Select:focus > SelectCurrent { background: $input-focused; background-tint: transparent; }
Select.-wrong > SelectCurrent { background: $input-wrong; }
Select:disabled > SelectCurrent { background: transparent; }
Select:disabled > SelectCurrent > Static#label { color: $text-muted; text-style: dim; }
Select > SelectOverlay, Select > SelectOverlay:focus {
    background: $surface; background-tint: transparent; border: round $border !important; padding: 0;
}
Toast, Toast:ansi { background: $surface; color: $text; padding: 0 1; border: round $border; }
Toast.-information { border: round $success; }
Toast.-warning { border: round $warning; }
Toast.-error { border: round $error; }
Toast.-information .toast--title { color: $success; }
Toast.-warning .toast--title { color: $warning; }
Toast.-error .toast--title { color: $error; }
TextArea, TextArea:focus, TextArea:ansi { background: $input; color: $input-text; background-tint: transparent; }
TextArea:focus { background: $input-focused; }
TextArea .text-area--gutter, TextArea .text-area--cursor-gutter { color: $input-text; }

.pane {
    border: round $border-blurred; padding: 0 1;
    border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-muted;
}
.pane:focus, .pane:focus-within { border: round $border; border-title-color: $accent; }
.-ascii .pane { border: ascii $border-blurred; }
.-ascii .pane:focus, .-ascii .pane:focus-within { border: ascii $border; }
.pane:nocolor:focus, .pane:nocolor:focus-within { border: heavy $border; }
.-small .pane { border: none; border-top: solid $border-blurred; }
.-small .pane:focus, .-small .pane:focus-within { border: none; border-top: solid $border; }
.-small.-ascii .pane { border: none; border-top: ascii $border-blurred; }
.-small.-ascii .pane:focus, .-small.-ascii .pane:focus-within { border: none; border-top: ascii $border; }

CommandPalette > Vertical { background: $surface; }
CommandPalette #--input, CommandPalette #--input.--list-visible { border: round $border; background: $surface; }
CommandPalette SearchIcon { display: none; }
CommandPalette CommandInput, CommandPalette CommandInput:focus { border: none; height: 1; padding: 0 1; }
CommandPalette CommandList, CommandPalette CommandList:focus { border: none; background: $surface; }

.muted { color: $text-muted; }
.muted:ansi { text-style: dim; }
.code { color: $code; }
.danger { color: $error; }

Input:nocolor, Select:nocolor > SelectCurrent { text-style: underline; }
Input:nocolor:focus, Select:nocolor:focus > SelectCurrent { text-style: bold underline; }
Input:nocolor > .input--cursor { text-style: reverse; }
OptionList:nocolor > .option-list--option-highlighted { text-style: bold reverse; }
DataTable:nocolor > .datatable--cursor { text-style: bold reverse; }
"""
"""How fields, open lists, toasts and panes look in every theme.

The last part shows without colour what colour shows.
"""
