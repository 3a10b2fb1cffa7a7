"""Commands for what a cluster gets beside Kubernetes itself."""
