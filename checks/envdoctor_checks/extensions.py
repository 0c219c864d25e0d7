"""Are compiled extensions built for this NumPy, this Python and this machine?"""

from collections.abc import Iterator

from envdoctor.api import (
    Distribution,
    Evidence,
    Extension,
    Finding,
    Install,
    Interpreter,
    Missing,
    NotApplicable,
    Packages,
    Path,
    Rule,
    Severity,
    UnknownFact,
    check,
)
from envdoctor_checks.leaks import off_pythonpath

PKG007 = Rule("PKG007", "built-for-numpy-1", Severity.ERROR, guide=("pkg-5", "repro-1"))
SHOWN = 5  # files named in evidence; the rest is counted
PKG009 = Rule("PKG009", "built-for-another-python", Severity.ERROR, guide=("pkg-2", "repro-1"))


@check(PKG007)
def built_for_numpy_1(packages: Packages, path: Path | Missing | None = None) -> Iterator[Finding]:
    numpy = next((item for item in packages.distributions if item.key == "numpy"), None)
    if numpy is None:
        raise NotApplicable("NumPy is not installed")
    if not isinstance(numpy.version, str):
        raise UnknownFact(numpy.version.reason)
    if numpy.version.partition(".")[0] in ("0", "1"):
        raise NotApplicable(f"NumPy is {numpy.version}")
    by_path = {distribution.path: distribution for distribution in packages.distributions}
    old: dict[str, list[str]] = {}
    for extension in packages.extensions:
        if extension.numpy == 1:
            old.setdefault(extension.distribution, []).append(extension.path)
    for metadata, files in old.items():
        distribution = by_path[metadata]
        yield Finding(
            PKG007,
            distribution.name,
            (
                *(Evidence("extension", file) for file in files[:SHOWN]),
                *([Evidence("extension", f"and {len(files) - SHOWN} more")] if len(files) > SHOWN else []),
                Evidence("holds", "_ARRAY_API and numpy.core._multiarray_umath, but nothing of numpy._core"),
                Evidence("numpy", f"{numpy.version} in {numpy.location}"),
            ),
            f"{distribution.name} {distribution.version} is built for NumPy 1, and NumPy is {numpy.version}",
            "What was compiled with NumPy 1's headers fails on import under NumPy 2; pip check does not see it.",
            remedies=off_pythonpath(numpy.location, path)
            or (
                Install((_later(distribution),), title=f"install a later release of {distribution.name}"),
                Install(("numpy<2",), title="or NumPy 1, if nothing else here needs NumPy 2"),
            ),
        )


def _later(distribution: Distribution) -> str:
    version = distribution.version
    plain = isinstance(version, str) and "+" not in version  # a local version can't stand after ">"
    return f"{distribution.name}>{version}" if plain else distribution.name


# How the platforms of wheels begin, by the kind of program that the interpreter is
# (https://packaging.python.org/specifications/platform-compatibility-tags/), and Linux's machines by their last word.
SYSTEMS = {"ELF": ("linux_", "manylinux", "musllinux"), "PE": ("win32", "win_"), "Mach-O": ("macosx_",)}
MACHINES = {"x86_64": "x86_64", "aarch64": "aarch64", "i686": "x86", "armv7l": "arm", "ppc64le": "ppc64"}


@check(PKG009)
def built_for_another_python(packages: Packages, interpreter: Interpreter) -> Iterator[Finding]:
    """By the tag in the file's name (PEP 3149), the machine code of one that has a fitting one, and the wheel's tags."""
    if not interpreter.extension_suffixes:
        raise UnknownFact("this Python does not tell which extensions it loads")
    by_path = {distribution.path: distribution for distribution in packages.distributions}
    groups: dict[tuple[str, str, str], list[tuple[Distribution, Extension]]] = {}
    for extension in packages.extensions:
        distribution = by_path[extension.distribution]
        # Debian's dist-packages serve several Pythons, PyPy too; conda picks its builds itself.
        what = _misfit(extension, interpreter, packages.binary) if distribution.owner is None else None
        if what:
            groups.setdefault((distribution.location, *what), []).append((distribution, extension))
    accused = {distribution.path for members in groups.values() for distribution, _ in members}
    for distribution in packages.distributions:
        if distribution.path not in accused and distribution.owner is None:
            yield from _for_another_system(distribution, interpreter, packages.binary or "")
    for (location, built_for, wanted), members in groups.items():
        names = list(dict.fromkeys(distribution.name for distribution, _ in members))
        yield Finding(
            PKG009,
            ", ".join(names),
            (
                Evidence("folder", location),
                *(Evidence(item.name, extension.path) for item, extension in members[:SHOWN]),
                Evidence("built for", built_for),
                Evidence("this Python loads", wanted),
            ),
            f"the extensions of {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''} "
            f"are built for {built_for}, not for this Python",
            "Python passes over extensions with another tag and can't load another machine's code: the import fails.",
            remedies=(Install(tuple(names), force=True),),
        )


def _for_another_system(distribution: Distribution, interpreter: Interpreter, binary: str) -> Iterator[Finding]:
    """A wheel with no tag for this system: what ``pip install --target --platform`` and copied folders bring."""
    if not distribution.platforms or any(_fits(item, interpreter, binary) for item in distribution.platforms):
        return
    name, tags = distribution.name, ", ".join(distribution.platforms[:SHOWN])
    yield Finding(
        PKG009,
        name,
        (
            Evidence("folder", distribution.location),
            Evidence("built for", tags),
            Evidence("this Python is", f"{binary}, {' '.join(interpreter.extension_suffixes)}"),
        ),
        f"{name} {distribution.version} is built for another system: {tags}",
        "Python finds none of its extensions and programs, or can't load them: the import fails, or a slow stand-in runs.",
        remedies=(Install((name,), force=True),),
    )


def _fits(platform: str, interpreter: Interpreter, binary: str) -> bool:
    """Whether a wheel's platform may be this one; true wherever that can't be told."""
    kind, _, rest = binary.partition(" ")
    if kind not in SYSTEMS or not platform.startswith(tuple(start for starts in SYSTEMS.values() for start in starts)):
        return True
    if not platform.startswith(SYSTEMS[kind]):
        return False
    suffixes = " ".join(interpreter.extension_suffixes)
    if (platform.startswith("musllinux") and "-linux-gnu" in suffixes) or (
        platform.startswith("manylinux") and "-linux-musl" in suffixes
    ):
        return False
    machine = next((word for end, word in MACHINES.items() if kind == "ELF" and platform.endswith(f"_{end}")), None)
    return machine is None or machine == rest.partition(" ")[0]


def _misfit(extension: Extension, interpreter: Interpreter, binary: str | None) -> tuple[str, str] | None:
    """What an extension is built for and what fits; ``None`` where it fits, or where something beside it does."""
    suffixes = interpreter.extension_suffixes
    if extension.suffix in suffixes:
        if binary and extension.binary and not _runs(extension.binary, binary):
            return extension.binary, binary
        return None
    if any(sibling in suffixes or sibling == ".py" for sibling in extension.siblings):
        return None
    return extension.suffix, " ".join(suffixes)


def _runs(extension: str, interpreter: str) -> bool:
    """Whether the kinds are the same, and share a processor where one file holds the code of several."""
    kind, _, rest = extension.partition(" ")
    own_kind, _, own_rest = interpreter.partition(" ")
    return kind == own_kind and bool(set(rest.split("+")) & set(own_rest.split("+")))
