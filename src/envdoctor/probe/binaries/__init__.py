"""What compiled files say of themselves: read, never loaded."""
