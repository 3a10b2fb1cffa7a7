"""Providers: what makes, reaches and removes machines."""
