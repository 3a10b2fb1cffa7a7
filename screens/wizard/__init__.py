"""The wizard: pages of questions, and the review of the plan."""
