"""Saves etcd and the authorities of a cluster, and makes a control plane from them again."""
