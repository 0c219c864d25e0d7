"""PY018: A variable or a configuration file chooses a part of a library that is not there, or switches its work off."""

from collections.abc import Iterator

from msgspec import Struct

from envdoctor.api import (
    Distribution,
    Evidence,
    Finding,
    Install,
    Interpreter,
    Manual,
    Missing,
    NotApplicable,
    Packages,
    Remedy,
    Rule,
    SetEnv,
    Severity,
    UnsetEnv,
    Variables,
    check,
    mapping,
    normalise,
    numbers,
    table,
)

PY018 = Rule("PY018", "setting-breaks-library", Severity.WARNING, varies=(Severity.ERROR, Severity.INFO))
FOR_MODULE = "module://"  # Matplotlib's word for a backend in a module
NAMES = frozenset(
    (
        *("MPLBACKEND", "KERAS_BACKEND", "TF_USE_LEGACY_KERAS", "PYQTGRAPH_QT_LIB", "ETS_TOOLKIT", "MODIN_ENGINE"),
        *("DGLBACKEND", "GEOMSTATS_BACKEND", "JAX_PLATFORMS", "NUMBA_DISABLE_JIT", "NUMBA_ENABLE_CUDASIM"),
        *("JAX_DISABLE_JIT", "TORCHDYNAMO_DISABLE"),
    )
)
LOADER = ("LD_LIBRARY_PATH", "LD_PRELOAD")
ON = ("1", "true", "yes", "on", "y", "t")


class Choice(Struct):
    """A row of the table: which part of ``package`` the variable ``name`` chooses, and what each value needs."""

    name: str
    package: str
    harm: str
    values: dict[str, tuple[str, ...]]
    since: str = ""
    default: str = ""
    strict: bool = False
    error: bool = False


class Switch(Struct):
    """A row of the table: a variable that switches off what ``package`` is for."""

    name: str
    package: str
    harm: str


@check(PY018)
def setting_breaks_library(
    environment: Variables, packages: Packages, interpreter: Interpreter | Missing | None = None
) -> Iterator[Finding]:
    """Told where the library is installed, and the value does harm by what is installed beside it."""
    if isinstance(interpreter, Interpreter) and interpreter.unloadable:
        yield _standard(environment, interpreter.unloadable)
    if not packages.distributions:
        raise NotApplicable("no package is installed")
    yield from _warnings(environment)
    installed: dict[str, Distribution] = {}
    for item in packages.distributions:
        installed.setdefault(item.key, item)
    if not (NAMES & environment.variables.keys() or environment.settings or "keras" in installed):
        return  # the table is not read
    for row in table("steering", "choices", Choice):
        package = installed.get(row.package)
        if package is not None and _obeys(package, row):
            yield from _choice(row, environment, installed)
    for switch in table("steering", "switches", Switch):
        if switch.package in installed and environment.variables.get(switch.name, "").strip().lower() in ON:
            yield Finding(
                PY018,
                switch.name,
                (Evidence(switch.name, environment.variables[switch.name]),),
                f"{switch.name} is set: {switch.harm}",
                "It is meant for looking for a fault.",
                own_severity=Severity.INFO,
                remedies=(UnsetEnv((switch.name,), unless="you are looking for a fault"),),
            )


def _obeys(item: Distribution, row: Choice) -> bool:
    if row.name == "JAX_PLATFORMS" and item.owner == "conda":  # conda's jaxlib has CUDA built in
        return False
    return not row.since or (isinstance(item.version, str) and numbers(item.version) >= numbers(row.since))


def _choice(row: Choice, environment: Variables, installed: dict[str, Distribution]) -> Iterator[Finding]:
    value, where = environment.variables.get(row.name, "").strip(), row.name
    if not value and (said := next((item for item in environment.settings if item.name == row.name), None)):
        value, where = said.value, said.file
    if not value:
        value, where = row.default, f"{row.package}'s default"
    for word in filter(None, value.split(",") if row.name == "JAX_PLATFORMS" else [value]):
        needs = _needs(row, word)
        if needs is None or (needs and not any(key in installed for key in needs)):
            yield _finding(row, word.strip(), where, needs, installed)


def _needs(row: Choice, word: str) -> tuple[str, ...] | None:
    """The distributions of which one has to be there for this value; ``None`` where no value is called so."""
    word = word.strip()
    if row.name == "MPLBACKEND" and word.lower().startswith(FOR_MODULE):
        top = word[len(FOR_MODULE) :].partition(".")[0]
        known = mapping("import_names", "modules").get(top)
        return (normalise(known),) if known else ()  # a module of the user's own may be anywhere
    return row.values.get(word.lower(), None if row.strict else ())


def _finding(
    row: Choice, value: str, where: str, needs: tuple[str, ...] | None, installed: dict[str, Distribution]
) -> Finding:
    here = {word: keys for word, keys in row.values.items() if keys and any(key in installed for key in keys)}
    variable = where == row.name
    what = f"{row.package} knows no {value!r}" if needs is None else f"{needs[0]} is not installed"
    title = f"{where} says {value!r}, and {what}" if needs is None else f"{where} is {value!r}, and {what}"
    ways: list[Remedy] = []
    healthy_without = not row.default or row.default in here
    if variable and healthy_without:
        ways.append(UnsetEnv((row.name,)))
    elif here:
        ways.append(SetEnv({row.name: next(iter(here))}, title=f"let {row.package} use {next(iter(here))}"))
    elif not variable and not row.default:
        ways.append(Manual(f"take the line out of {where}"))
    if needs:
        ways.append(Install((needs[0],)))
    return Finding(
        PY018,
        row.name,
        (Evidence(where, value), Evidence("package", f"{row.package} {installed[row.package].version}")),
        title,
        row.harm[0].upper() + row.harm[1:] + ".",
        own_severity=Severity.ERROR if row.error else None,
        remedies=tuple(ways) or (Manual(f"give {row.name} one of: {', '.join(row.values)}"),),
    )


def _standard(environment: Variables, failures: dict[str, str]) -> Finding:
    """Modules of the standard library for which the loader takes libraries that do not fit: the variable is named."""
    said = {name: environment.variables[name] for name in LOADER if environment.variables.get(name)}
    ways = tuple(_off(name, value, failures) for name, value in said.items())
    names = ", ".join(sorted(module.lstrip("_") for module in failures))
    variables = " and ".join(said) or " or ".join(LOADER)
    return Finding(
        PY018,
        variables,
        (
            *(Evidence(name, value) for name, value in said.items()),
            *(Evidence(f"import {module}", message) for module, message in failures.items()),
        ),
        f"{variables} breaks Python's own {names}",
        "The dynamic loader takes the libraries in these folders for those that Python was built with, and they do not fit.",
        own_severity=Severity.ERROR,
        remedies=ways or (UnsetEnv(LOADER),),
    )


def _off(name: str, value: str, failures: dict[str, str]) -> Remedy:
    """Takes the entries that the messages name out of a variable; where none is named, all of them."""
    separator = ":" if name == LOADER[0] else " "
    entries = [entry for entry in value.replace(":", separator).split(separator) if entry]
    rest = [entry for entry in entries if not any(entry in message for message in failures.values())]
    if not rest or rest == entries:
        return UnsetEnv((name,))
    return SetEnv({name: separator.join(rest)}, title=f"take out of {name} what breaks them")


def _warnings(environment: Variables) -> Iterator[Finding]:
    """``error`` for all warnings: no message, no category, no module (https://docs.python.org/3/using/cmdline.html#cmdoption-W)."""
    value = environment.variables.get("PYTHONWARNINGS", "")
    filters = [word.strip() for word in value.split(",")]
    if not any(
        word.rstrip(":") == "error" or word.split(":")[:3] == ["error", "", "DeprecationWarning"] for word in filters
    ):
        return
    yield Finding(
        PY018,
        "PYTHONWARNINGS",
        (Evidence("PYTHONWARNINGS", value),),
        "PYTHONWARNINGS makes an error of every warning",
        "An import fails as soon as a package uses what another one means to give up some day: packages that work break each other.",
        remedies=(UnsetEnv(("PYTHONWARNINGS",), unless="a test is to find warnings"),),
    )
