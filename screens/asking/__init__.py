"""What is asked before a run: host keys and passwords."""
