"""The terminal: output, held keys and colours."""
