"""The profile's fields and their types."""
