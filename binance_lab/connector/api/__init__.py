"""The endpoints below /api."""
