"""The first screen: clusters and profiles."""
