"""Other programs that envdoctor is a part of: each a thin module."""
