"""The keys of a run's screen, in the order of the key bar; which of them apply now is the screen's to say."""

from __future__ import annotations

from typing import Final

from textual.binding import BindingType

from screens.explain.spent import STEP_TIP
from screens.log.screen import SEARCH_KEYS, VIEW_KEYS
from screens.widgets.chrome import key

KEYS: Final[list[BindingType]] = [
    key("escape", "ahead", "Open the cluster", display="esc", tip="Open the cluster: the run has ended well."),
    key("tab", "app.focus_next", "Pane", tip="Go to the next pane; shift+tab goes back."),
    key("enter", "step", "Step", tip=STEP_TIP),
    key("enter", "peek", "What failed", tip="Show what has failed, and what to do."),
    key("enter", "turn", "Do it", tip="Do the step that waits for you."),
    key("enter", "open", "Open the cluster", tip="Open the cluster."),
    key("a", "everyone", "All", tip="Show the logs of all machines in one, and back."),
    key("c", "commands", "Commands", tip="Show commands alone, as the machine called them, and back."),
    key("e", "explain", "Explain", tip="Explain the concepts behind the step."),
    key("Y", "turns", "Your turn", display="Y", tip="Choose the steps that you do by hand."),
    key("r", "retry", "Resume", tip="Run again; completed steps are skipped."),
    *SEARCH_KEYS,
    key("t", "times", "Times", tip="Show when each task began and ended."),
    *VIEW_KEYS,
    key("escape", "back", "Leave", display="esc", show=False, tip="Leave the run. Asks first; nothing is lost."),
]
