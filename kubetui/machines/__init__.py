"""Providers, which create, reach and remove machines."""
