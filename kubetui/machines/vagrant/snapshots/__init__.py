"""Snapshots of a cluster's machines: copies of containers, or those of Vagrant's provider."""
