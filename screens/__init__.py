"""kubetui's screens: the wizard, and its questions for plain terminals."""
