"""Commands into a machine over SSH."""
