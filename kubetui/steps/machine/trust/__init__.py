"""What a machine trusts besides its system's authorities."""
