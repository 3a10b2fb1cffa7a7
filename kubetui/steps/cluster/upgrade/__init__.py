"""From one version of Kubernetes to the next, on a cluster that goes on meanwhile."""
