"""The checks of the exercises: scripts for the control plane that only read."""
