"""Ports of this host, its folders, and extra disks: what Vagrant is told of them, and what they need here."""
