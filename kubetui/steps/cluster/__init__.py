"""Steps that turn nodes into a cluster: init, join, the final check."""
