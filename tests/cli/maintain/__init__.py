"""Tests of what is done to a cluster after it was built."""
