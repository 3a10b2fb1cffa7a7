"""Dialogs that explain: concepts, and an error's page."""
