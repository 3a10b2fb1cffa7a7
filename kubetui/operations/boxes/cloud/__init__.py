"""Boxes built from a distribution's cloud image: fetched, verified, converted, given Vagrant's user, added."""
