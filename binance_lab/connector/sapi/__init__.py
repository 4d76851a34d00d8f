"""The endpoints below /sapi, a file per product."""
