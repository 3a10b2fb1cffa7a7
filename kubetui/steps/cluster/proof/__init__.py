"""The proof that a cluster works: pods on every node, and what they, this host and the API server say of each other."""
