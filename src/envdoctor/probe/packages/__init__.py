"""The installed distributions and their files."""
