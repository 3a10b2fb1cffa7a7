"""A service of a cluster, reached from this host through SSH."""
