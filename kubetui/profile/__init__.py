"""What is chosen, and the plan that follows from it."""
