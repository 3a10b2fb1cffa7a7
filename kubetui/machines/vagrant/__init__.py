"""Machines that Vagrant creates."""
