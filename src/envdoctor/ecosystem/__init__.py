"""What the field is like: names, versions, channels, threads. Pure; no file is touched."""
