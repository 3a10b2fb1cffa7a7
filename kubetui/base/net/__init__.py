"""Requests to web servers, and whom they trust."""
