"""Checkpoints in a build, and what snapshots leave that were cut off."""
