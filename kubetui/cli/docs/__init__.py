"""The documentation in the terminal, and the references that are made from the code."""
