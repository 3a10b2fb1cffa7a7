"""What stands behind a cluster, in words, and what to try on one."""
