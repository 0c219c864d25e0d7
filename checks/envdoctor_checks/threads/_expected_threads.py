"""What a loaded library makes of the variables, by the model; its own answer is another fact."""

from envdoctor.api import Cpu, Expectation, Library, Variables, of_library


def expectation(library: Library, cpu: Cpu, environment: Variables) -> Expectation:
    """What the library makes of the variables."""
    return of_library(library, cpu, environment.variables)


def layer_of(library: Library) -> str | None:
    return library.threading_layer if isinstance(library.threading_layer, str) else None


def version_of(library: Library) -> str | None:
    return library.version if isinstance(library.version, str) else None


def unlimited(library: Library, cpu: Cpu) -> int:
    """The threads that it would take with no variable set: BLIS takes one."""
    told = expectation(library, cpu, Variables(variables={}))
    return cpu.usable if told.threads is None else told.threads
