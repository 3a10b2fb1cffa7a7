"""Tests of what a cluster gets beside Kubernetes."""
