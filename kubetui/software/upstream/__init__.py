"""What other projects publish, and what kubetui changes in it."""
