"""Profiles as YAML files: read, written, found by name, errors explained with their line."""
