"""Orders as objects that live, checks before sending, limits and a journal."""
