"""The wizard's screens, and its questions for plain terminals."""
