"""The screen of a cluster that is there."""
