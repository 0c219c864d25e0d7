"""What a loaded library makes of the variables, by the model; its own answer is another fact."""

from envdoctor.api import Cpu, Expectation, Library, Variables, expected


def expectation(library: Library, cpu: Cpu, environment: Variables) -> Expectation:
    """What the library makes of the variables."""
    return expected(
        library.vendor,
        environment.variables,
        cpu.affinity,
        layer=layer_of(library),
        version=version_of(library),
        maximum=library.maximum if isinstance(library.maximum, int) else None,
        cores=cpu.physical if isinstance(cpu.physical, int) else None,
    )


def layer_of(library: Library) -> str | None:
    return library.threading_layer if isinstance(library.threading_layer, str) else None


def version_of(library: Library) -> str | None:
    return library.version if isinstance(library.version, str) else None


def unlimited(library: Library, cpu: Cpu) -> int:
    """The threads that it would take with no variable set: BLIS takes one."""
    told = expectation(library, cpu, Variables(variables={}))
    return cpu.usable if told.threads is None else told.threads
