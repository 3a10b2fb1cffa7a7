"""Tests of tunnels to services."""
