"""What stands behind the steps, and what the errors mean: short texts that ship with the package."""
