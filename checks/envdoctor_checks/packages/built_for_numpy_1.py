"""PKG007: NumPy 2 is installed, and a compiled extension of a distribution was built with NumPy 1's headers."""

from collections.abc import Iterator

from envdoctor.api import (
    Distribution,
    Evidence,
    Finding,
    Install,
    Missing,
    NotApplicable,
    Packages,
    Path,
    Rule,
    Severity,
    UnknownFact,
    check,
)
from envdoctor_checks.packages._evidence import own_copy_away
from envdoctor_checks.packages._extensions import SHOWN
from envdoctor_checks.python._pythonpath import off_pythonpath

PKG007 = Rule("PKG007", "built-for-numpy-1", Severity.ERROR, guide=("pkg-5", "repro-1"))


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
            or own_copy_away(distribution, numpy, packages.distributions)
            or (
                Install((_later(distribution),), title=f"install a later release of {distribution.name}"),
                Install(("numpy<2",), title="or NumPy 1, if nothing else here needs NumPy 2"),
            ),
        )


def _later(distribution: Distribution) -> str:
    version = distribution.version
    plain = isinstance(version, str) and "+" not in version  # a local version can't stand after ">"
    return f"{distribution.name}>{version}" if plain else distribution.name
