"""What a check-up comes to, and how it is shown."""
