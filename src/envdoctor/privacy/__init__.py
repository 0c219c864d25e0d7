"""What may leave, made safe once."""
