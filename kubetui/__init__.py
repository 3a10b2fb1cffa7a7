"""kubetui builds a real multi-node Kubernetes cluster on your own machine and shows what it does."""

__version__ = "0.1.0"
