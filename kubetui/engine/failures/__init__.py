"""Why a step failed: causes recognised in the machine's output."""
