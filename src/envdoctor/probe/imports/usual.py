"""Imports to try whatever files say: NumPy's where its own test of the processor is at stake, and with --deep the stack's."""

from collections.abc import Mapping

from msgspec import Struct

from envdoctor.data import listed, mapping, table
from envdoctor.facts.packages import Distribution, Packages
from envdoctor.probe.imports.forecast import Suspect

# NumPy refuses to be imported where a feature of its baseline is disabled or not there (numpy: _core/src/common/npy_cpu_features.c).
SWITCHES = ("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")


class Pair(Struct, frozen=True):
    """A row of the table: the import names of two packages, and the ``library`` that each brings."""

    modules: tuple[str, str]
    library: str = ""


def suspects(packages: Packages, environ: Mapping[str, str], deep: bool) -> list[Suspect]:
    """NumPy where a variable meddles with its processor features; ``deep``: each scientific package that is installed."""
    by_key = _by_key(packages)
    found = [Suspect(by_key["numpy"], "numpy")] if "numpy" in by_key and any(map(environ.get, SWITCHES)) else []
    if deep:
        stack = listed("modules", "whole") | listed("modules", "foretold")
        known, modules = mapping("import_names", "modules"), listed("modules", "scientific")
        wanted = {module: key for module, key in known.items() if key in by_key and (key in stack or module in modules)}
        named = set(wanted.values())
        wanted |= {key.replace("-", "_"): key for key in by_key if key in stack | modules and key not in named}
        found += [
            Suspect(by_key[key], module)
            for module, key in wanted.items()
            if (key, module) != ("numpy", "numpy") or not found
        ]
    return found


def pairs(packages: Packages) -> list[tuple[Suspect, Suspect]]:
    """The pairs of the table ``quarrels`` of which both are installed."""
    by_key, known = _by_key(packages), mapping("import_names", "modules")
    found = []
    for row in table("quarrels", "pairs", Pair):
        keys = [known.get(module, module.lower()) for module in row.modules]
        if all(key in by_key for key in keys):
            first, then = (Suspect(by_key[key], module) for key, module in zip(keys, row.modules, strict=True))
            found.append((first, then))
    return found


def _by_key(packages: Packages) -> dict[str, Distribution]:
    return {distribution.key: distribution for distribution in reversed(packages.distributions)}
