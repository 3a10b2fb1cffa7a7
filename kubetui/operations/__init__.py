"""What can be done with a cluster: one operation a file."""
