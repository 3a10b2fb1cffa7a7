"""The steps that give several control planes one address."""
