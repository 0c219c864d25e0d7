"""The processors, and the limits on their use."""
