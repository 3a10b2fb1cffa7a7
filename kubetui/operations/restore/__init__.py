"""What brings a cluster back from a backup."""
