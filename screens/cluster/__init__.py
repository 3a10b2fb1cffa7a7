"""The screen of an existing cluster, and how it is destroyed."""
