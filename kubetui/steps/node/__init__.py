"""Steps that make a machine a node: packages, the container runtime, images."""
