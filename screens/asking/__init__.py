"""Questions before a run: host keys and passwords."""
