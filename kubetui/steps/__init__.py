"""What is done in a machine, as values."""
