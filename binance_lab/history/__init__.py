"""Ranges longer than one request."""
