"""envdoctor examines a scientific-Python environment and says, with numpy.org's guide, what to do about it."""

__version__ = "0.1.0"
