"""A cluster on this host: its folder, its API server, kubectl's tables, its kubeconfig."""
