"""The terminal itself: output, held keys, colours."""
