"""Checks that this computer has what a cluster needs."""
