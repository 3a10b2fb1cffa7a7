"""Makes, reads and replays recordings of real runs."""
