"""What snapshots leave that were cut off."""
