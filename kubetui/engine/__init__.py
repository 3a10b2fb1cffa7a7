"""Order and execution: steps become tasks, tasks run as soon as they can."""
