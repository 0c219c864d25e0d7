"""PATH and PYTHONPATH, and what the commands on them lead to."""
