"""Rules that involve more than one field."""
