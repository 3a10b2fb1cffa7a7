"""Tests of commands for what a cluster gets beside Kubernetes."""
