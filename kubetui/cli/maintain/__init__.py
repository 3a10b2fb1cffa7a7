"""The commands for a cluster that was built."""
