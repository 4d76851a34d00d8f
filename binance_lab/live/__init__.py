"""Objects that streams keep current; any cell reads them at any time."""
