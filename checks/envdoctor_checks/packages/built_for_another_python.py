"""PKG009: A distribution's extension carries a tag that this Python does not load (`.cpython-39-…` under 3.12, a glibc
tag on musl), and neither an extension that fits nor a plain module stands beside it.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Distribution,
    Evidence,
    Extension,
    Finding,
    Install,
    Interpreter,
    Missing,
    Packages,
    Rule,
    Severity,
    System,
    UnknownFact,
    check,
    pattern,
)
from envdoctor_checks.packages._extensions import SHOWN

PKG009 = Rule("PKG009", "built-for-another-python", Severity.ERROR, guide=("pkg-2", "repro-1"))
# How the platforms of wheels begin, by the kind of program that the interpreter is
# (https://packaging.python.org/specifications/platform-compatibility-tags/), and Linux's machines by their last word.
SYSTEMS = {"ELF": ("linux_", "manylinux", "musllinux"), "PE": ("win32", "win_"), "Mach-O": ("macosx_",)}
_MACOS = pattern(r"macosx_(\d+)_(\d+)_(\w+)")
# https://packaging.python.org/specifications/platform-compatibility-tags/#macos; "x86_64" runs by Rosetta as its own process
ARCHES = {"universal2": ("arm64", "x86_64"), "intel": ("x86_64", "i386"), "universal": ("x86_64", "i386")}
MACHINES = {"x86_64": "x86_64", "aarch64": "aarch64", "i686": "x86", "armv7l": "arm", "ppc64le": "ppc64"}


@check(PKG009)
def built_for_another_python(
    packages: Packages, interpreter: Interpreter, system: System | Missing | None = None
) -> Iterator[Finding]:
    """By the tag in the file's name (PEP 3149), the machine code of one that has a fitting one, and the wheel's tags."""
    if not interpreter.extension_suffixes:
        raise UnknownFact("this Python does not say which extensions it loads")
    by_path = {distribution.path: distribution for distribution in packages.distributions}
    groups: dict[tuple[str, str, str], list[tuple[Distribution, Extension]]] = {}
    for extension in packages.extensions:
        if (distribution := by_path.get(extension.distribution)) is None:
            continue  # a recording that names what it does not list
        # Debian's dist-packages serve several Pythons, PyPy too; conda picks its builds itself.
        what = _misfit(extension, interpreter, packages.binary) if distribution.owner is None else None
        if what:
            groups.setdefault((distribution.location, *what), []).append((distribution, extension))
    accused = {distribution.path for members in groups.values() for distribution, _ in members}
    for distribution in packages.distributions:
        if distribution.path not in accused and distribution.owner is None:
            yield from _for_another_system(distribution, interpreter, packages.binary or "", macos(system))
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


def macos(system: System | Missing | None) -> tuple[int, int] | None:
    """The version of macOS by its kernel's, ``None`` elsewhere: Darwin 20 is macOS 11, 25 is macOS 26.

    https://support.apple.com/en-us/109033 and ``uname -r``.
    """
    if not isinstance(system, System) or system.platform != "darwin":
        return None
    major, _, rest = system.release.partition(".")
    if not major.isdigit():
        return None
    kernel, minor = int(major), rest.partition(".")[0]
    if kernel >= 25:
        return kernel + 1, int(minor) if minor.isdigit() else 0
    return (kernel - 9, int(minor) if minor.isdigit() else 0) if kernel >= 20 else (10, kernel - 4)


def _for_another_system(
    distribution: Distribution, interpreter: Interpreter, binary: str, version: tuple[int, int] | None
) -> Iterator[Finding]:
    """A wheel with no tag for this system: what ``pip install --target --platform`` and copied folders bring."""
    if not distribution.platforms or any(_fits(item, interpreter, binary, version) for item in distribution.platforms):
        return
    name, tags = distribution.name, ", ".join(distribution.platforms[:SHOWN])
    yield Finding(
        PKG009,
        name,
        (
            Evidence("folder", distribution.location),
            Evidence("built for", tags),
            Evidence("this Python is", f"{binary}, {' '.join(interpreter.extension_suffixes)}"),
            *([Evidence("this system is", f"macOS {version[0]}")] if version else []),
        ),
        f"{name} {distribution.version} is built for another system: {tags}",
        "Python finds none of its extensions and programs, or can't load them: the import fails, or a slow stand-in runs.",
        remedies=(Install((name,), force=True),),
    )


def _fits(platform: str, interpreter: Interpreter, binary: str, version: tuple[int, int] | None = None) -> bool:
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
    if platform.startswith("macosx") and (
        found := _MACOS.fullmatch(platform)
    ):  # macosx_14_0_arm64: this macOS or newer
        minor = int(found[2]) if found[1] == "10" else 0  # from 11 on wheels are made for the major version
        arches = ARCHES.get(found[3], (found[3],))
        own = rest.split("+")
        return (version is None or (int(found[1]), minor) <= version) and any(arch in own for arch in arches)
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
