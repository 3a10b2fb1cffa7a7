"""Steps that look at a machine and get it ready."""
