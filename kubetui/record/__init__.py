"""A run on disk, and what is learnt from it."""
