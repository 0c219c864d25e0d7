"""The words of a check, and what runs checks. Knows no check by name."""
