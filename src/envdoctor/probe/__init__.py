"""Filling the facts in: the only place where the world is touched."""
