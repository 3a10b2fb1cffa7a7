"""A support report: what goes in, and how it is written."""
