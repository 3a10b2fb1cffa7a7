"""What is done to a cluster after it was built, as runs of steps like the build itself."""
