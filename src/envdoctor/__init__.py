"""envdoctor examines a scientific-Python environment and says, with numpy.org's guide, what to do about it.

``import envdoctor; envdoctor.check()`` examines the running process, ``envdoctor.fleet(client)`` the workers of a Dask cluster;
``%load_ext envdoctor`` brings ``%why`` to a notebook.
"""

TYPE_CHECKING = False  # typing itself takes longer to import than all that starts the patient

__version__ = "0.2.0"
__all__ = ["check", "fleet"]

if TYPE_CHECKING:
    from envdoctor.fleets.notebook import fleet
    from envdoctor.live import check


def __getattr__(name: str) -> object:
    """What is offered is imported when it is asked for: every command imports this package, and few need it."""
    if name == "check":
        from envdoctor.live import check

        return check
    if name == "fleet":
        from envdoctor.fleets.notebook import fleet

        return fleet
    if name == "load_ipython_extension":  # what IPython's %load_ext asks for
        from envdoctor.integrations.notebook import load

        return load
    raise AttributeError(f"module 'envdoctor' has no attribute {name!r}")
