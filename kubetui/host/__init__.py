"""Whether this computer suffices."""
