"""Machines that Vagrant makes."""
