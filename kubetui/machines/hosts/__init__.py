"""Existing machines, reached over SSH."""
