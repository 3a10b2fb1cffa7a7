"""The five parts of a cluster's home."""
