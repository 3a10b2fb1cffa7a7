"""The start screen: clusters and profiles."""
