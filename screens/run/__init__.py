"""The screen of a run, and the run behind it."""
