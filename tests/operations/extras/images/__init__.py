"""Tests of images that come from this host."""
