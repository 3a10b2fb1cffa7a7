"""The wizard: its pages, the draft they fill, the review."""
