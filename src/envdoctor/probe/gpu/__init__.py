"""Accelerators, their drivers, and what packages were built for."""
