"""Prepared boxes: kept, found, made, stripped of identity."""
