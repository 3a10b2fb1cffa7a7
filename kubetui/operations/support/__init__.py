"""A support report: what it contains, and how it is written."""
