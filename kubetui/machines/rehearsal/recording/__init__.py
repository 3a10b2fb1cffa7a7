"""Recordings of real runs: how one is made, read and replayed."""
