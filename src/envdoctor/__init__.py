"""envdoctor examines a scientific-Python environment and says, with numpy.org's guide, what to do about it.

``import envdoctor; envdoctor.check()`` examines the running process.
"""

TYPE_CHECKING = False  # typing itself takes longer to import than all that starts the patient

__version__ = "0.1.0"
__all__ = ["check"]

if TYPE_CHECKING:
    from envdoctor.live import check


def __getattr__(name: str) -> object:
    """`check` is imported when it is asked for: every command imports this package, and few need it."""
    if name == "check":
        from envdoctor.live import check

        return check
    raise AttributeError(f"module 'envdoctor' has no attribute {name!r}")
