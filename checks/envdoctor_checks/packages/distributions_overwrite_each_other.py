"""PKG008: The `RECORD` files of two distributions list the same module or library with different hashes, for example
`opencv-python` and `opencv-python-headless`.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Collision,
    Evidence,
    Finding,
    Gpu,
    Interpreter,
    Manual,
    Missing,
    Packages,
    Remedy,
    Replace,
    RequirementChecker,
    Rule,
    Severity,
    UnknownFact,
    check,
    paths,
)
from envdoctor_checks.packages._evidence import named

PKG008 = Rule("PKG008", "distributions-overwrite-each-other", Severity.WARNING, guide=("pkg-5", "repro-1"))
# Folders that careless packaging puts beside the packages: nobody imports them, so that nothing breaks.
BYSTANDERS = ("test", "tests", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "sample", "samples")
STRAY = ("setup.py", "conftest.py")


@check(PKG008)
def distributions_overwrite_each_other(
    packages: Packages, interpreter: Interpreter | Missing | None = None, gpu: Gpu | Missing | None = None
) -> Iterator[Finding]:
    """Libraries below ``nvidia/`` are GPU005's."""
    groups: dict[tuple[str, ...], list[Collision]] = {}
    locations = sorted({distribution.location for distribution in packages.distributions}, key=len, reverse=True)
    for collision in packages.collisions:
        relative = _relative(collision.path, locations)
        top = (paths.parts(relative) or [""])[0]
        if collision.differs and top != "nvidia" and top not in BYSTANDERS and relative not in STRAY:
            groups.setdefault(tuple(sorted(collision.claims)), []).append(collision)
    for names, collisions in groups.items():
        who = " and ".join(names)
        count = len(collisions)
        yield Finding(
            PKG008,
            who,
            (
                *(Evidence("claimed by", f"{name} {_version(packages, name)}") for name in names),
                *named("file", [collision.path for collision in collisions]),
            ),
            f"{who} both own {'a file' if count == 1 else f'{count} files'} with different contents, "
            f"such as {_relative(collisions[0].path, locations)}",
            "Whichever was installed last has overwritten the other's files, and removing either takes them from both. "
            "pip check does not see it.",
            remedies=(_keep_one(names, packages, interpreter, _has_gpu(gpu)),),
        )
    unread = [reason for path, reason in packages.unread_files.items() if paths.name(path) == "RECORD"]
    if unread:
        raise UnknownFact(f"whose files these are can't be read: {'; '.join(unread[:3])}")


def _has_gpu(gpu: Gpu | Missing | None) -> bool:
    devices = gpu.devices if isinstance(gpu, Gpu) and isinstance(gpu.devices, list) else []
    return any(device.vendor == "nvidia" and device.usable is True for device in devices)


def _keep_one(
    names: tuple[str, ...], packages: Packages, interpreter: Interpreter | Missing | None, on_gpu: bool
) -> Remedy:
    """The one that others require stays, else with a GPU the build for it, and is laid down again: a removal takes the
    files from both.
    """
    markers = interpreter.markers if isinstance(interpreter, Interpreter) else {}
    resolver = RequirementChecker(packages.distributions, markers)
    keys = {item.name: item.key for item in packages.distributions}
    users = {name: [it.by for it in resolver.demands(keys.get(name, name)) if it.by not in names] for name in names}
    required = [name for name in names if users[name]]
    if len(required) > 1:
        who = "; ".join(f"{', '.join(users[name])} requires {name}" for name in required)
        return Manual(f"keep one and install it again last, or keep those who require them apart ({who})")
    for_gpu = [name for name in names if on_gpu and name.endswith("-gpu")]
    keep = (required or for_gpu or list(names))[0]
    others = tuple(name for name in names if name != keep)
    return Replace(others, (keep,), title=f"keep {keep}: remove {' and '.join(others)}, then install it again")


def _version(packages: Packages, name: str) -> str:
    return next((str(item.version) for item in packages.distributions if item.name == name), "")


def _relative(path: str, locations: list[str]) -> str:
    for location in locations:
        if paths.inside(path, location):
            return path[len(location) + 1 :]
    return path
