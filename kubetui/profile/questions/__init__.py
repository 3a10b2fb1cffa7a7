"""The wizard's questions, drawn from the profile's fields."""
