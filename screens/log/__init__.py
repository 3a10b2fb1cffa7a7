"""A machine's log on the screen."""
