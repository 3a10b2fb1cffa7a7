"""What every room uses and nothing else: errors, text, secrets, files, processes."""
