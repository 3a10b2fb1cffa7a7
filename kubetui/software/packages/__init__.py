"""Package families, one file each."""
