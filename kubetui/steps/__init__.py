"""The work that is done in machines, as values."""
