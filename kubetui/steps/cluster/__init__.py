"""Steps that make nodes a cluster: init, join, the final check."""
