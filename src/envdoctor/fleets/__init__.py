"""Many machines, one verdict: recordings in, groups of equal machines, what differs, and what is wrong told once."""
