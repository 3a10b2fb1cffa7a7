"""Images that come into a cluster from this host, without a registry."""
