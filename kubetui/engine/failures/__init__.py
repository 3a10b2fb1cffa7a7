"""Why a step failed: causes recognised in what the machine printed."""
