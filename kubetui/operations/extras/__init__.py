"""What a cluster gets beside Kubernetes itself."""
