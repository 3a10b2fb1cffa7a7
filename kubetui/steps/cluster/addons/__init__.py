"""The steps that bring add-ons into a cluster, and that take them out again."""
