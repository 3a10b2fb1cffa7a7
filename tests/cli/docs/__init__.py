"""Tests of the documentation's references, and of how a terminal shows its pages."""
