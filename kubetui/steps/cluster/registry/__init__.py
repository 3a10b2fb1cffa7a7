"""The steps that tell the nodes' runtimes of the registry in the cluster, and that take it back."""
