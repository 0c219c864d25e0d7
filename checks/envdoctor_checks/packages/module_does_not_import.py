"""PKG011: A package that is installed can't be imported: the import was tried, since its files gave cause for doubt."""

from collections.abc import Iterator

from msgspec import Struct

from envdoctor.api import (
    Blas,
    Distribution,
    Evidence,
    Finding,
    Gpu,
    ImportFailure,
    Install,
    InstallSystem,
    Interpreter,
    Manual,
    Missing,
    Packages,
    Path,
    Remedy,
    RequirementChecker,
    Rule,
    Severity,
    UnknownFact,
    UnsetEnv,
    Variables,
    check,
    normalise,
    paths,
    pattern,
    table,
)
from envdoctor_checks.gpu._torch_family import mismatches
from envdoctor_checks.python._pythonpath import off_pythonpath

PKG011 = Rule("PKG011", "module-does-not-import", Severity.ERROR)
SWITCHES = ("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")
LOST = pattern(r"(?:ImportError: |OSError: )?(lib[\w.+-]+\.so[\d.]*): cannot open shared object file")
OLD = pattern(r"version [`']([A-Z]+_[\w.]+)' not found")
# What torch's family says where torch is of another build: an operator that was not registered, torch's or CUDA's libraries.
OTHER_BUILD = pattern(
    r"operator torch\w+::|undefined symbol: \w*(?:torch|c10|at)|lib(?:torch|c10|cudart|nvrtc)[\w.-]*\.so|CUDA (?:major )?version"
)
FFMPEG: dict[str, tuple[str, ...]] = {
    "apt-get": ("ffmpeg",),
    "apk": ("ffmpeg",),
    "zypper": ("ffmpeg",),
    "brew": ("ffmpeg",),
    "dnf": ("ffmpeg-free",),
}
FAMILY = ("torchvision", "torchaudio", "torchcodec", "torchtext")


class Soname(Struct):
    """A row of the table: the library's ``name``, and the packages that bring it."""

    name: str
    packages: dict[str, tuple[str, ...]]
    conda: str = ""


class Quarrel(Struct):
    """A row of the table: two modules that were seen to break each other, and the ``library`` over which."""

    modules: tuple[str, str]
    library: str = ""


@check(PKG011)
def module_does_not_import(
    packages: Packages,
    environment: Variables,
    interpreter: Interpreter,
    blas: Blas | Missing | None = None,
    gpu: Gpu | Missing | None = None,
    path: Path | Missing | None = None,
) -> Iterator[Finding]:
    told = _told_elsewhere(blas, gpu)
    by_path = {distribution.path: distribution for distribution in packages.distributions}
    whole = {*packages.missing_files, *packages.cut_off_files}  # PKG004 names what is wrong with these
    alone = [failure for failure in packages.import_failures if not failure.after]
    failures = [(failure, it) for failure in alone if (it := by_path.get(failure.distribution))]
    blamed = _consequences(failures, packages, interpreter)
    for failure, distribution in failures:
        if failure.distribution in whole or distribution.key in told or distribution.key in blamed:
            continue
        with_it = [user for user, culprit in blamed.items() if culprit == distribution.key]
        yield _broken(failure, distribution, packages, environment, path, with_it)
    yield from _quarrels([failure for failure in packages.import_failures if failure.after], by_path)
    if packages.untried_imports:
        what = "; ".join(f"import {module}: {reason}" for module, reason in packages.untried_imports.items())
        raise UnknownFact(f"an import came to no end: {what}")


def _quarrels(failures: list[ImportFailure], by_path: dict[str, Distribution]) -> Iterator[Finding]:
    """Two packages that work alone, and of which one fails once the other has been imported; one finding a pair."""
    together: dict[tuple[str, ...], list[ImportFailure]] = {}
    for failure in failures:
        together.setdefault(tuple(sorted((failure.module, failure.after))), []).append(failure)
    for names, orders in together.items():
        first, then = names
        row = next((row for row in table("quarrels", "pairs", Quarrel) if set(row.modules) == set(names)), None)
        library = row.library if row else "one library"
        way = f"import {orders[0].module} before {orders[0].after}: that order works. Or " if len(orders) == 1 else ""
        conda = any(it.owner == "conda" for failure in orders if (it := by_path.get(failure.distribution)))
        how = "conda update" if conda else "pip install --upgrade"
        yield Finding(
            PKG011,
            f"{first} with {then}",
            tuple(Evidence(f"import {it.after}, then {it.module}", it.message) for it in orders),
            f"{first} and {then} do not work in one program"
            + (f": {orders[0].module} fails after {orders[0].after}" if way else ", whichever is imported first"),
            f"Each works alone. Both bring or need {library}, and the copy that is loaded first serves the other one, too. "
            "Versions do not show which pairs do; it was tried in a fresh Python.",
            remedies=(
                Manual(
                    f"{way}install later releases of both in one command (`{how} {first} {then}`), or both from "
                    "conda-forge, whose packages share their libraries"
                ),
            ),
        )


def _consequences(
    failures: list[tuple[ImportFailure, Distribution]], packages: Packages, interpreter: Interpreter
) -> dict[str, str]:
    """The packages that can't be imported since another one can't: by key, with the key of that one.

    They require it, or fail with the very words (joblib imports NumPy where it is there, and does not require it).
    """
    keys = {distribution.key for _, distribution in failures}
    found: dict[str, str] = {}
    if len(keys) < 2:
        return found
    checker = RequirementChecker(packages.distributions, interpreter.markers)
    for key in sorted(keys):
        asking, seen = [key], {key}
        while asking:
            new = {normalise(demand.by) for demand in checker.demands(asking.pop())} - seen
            seen |= new
            asking += new
        found |= {user: key for user in sorted(seen & keys - {key}) if found.get(key) != user and user not in found}
    roots = dict(found)
    for user in found:  # to the first of the chain
        while roots[user] in found and found[roots[user]] != user:
            roots[user] = found[roots[user]]
    by_message: dict[str, list[str]] = {}
    for failure, distribution in failures:
        if distribution.key not in roots and not failure.message.startswith("Python ended by"):  # says too little
            by_message.setdefault(failure.message, []).append(distribution.key)
    for alike in by_message.values():
        culprit = max(alike, key=lambda key: len(checker.demands(key)))
        if checker.demands(culprit):
            roots |= dict.fromkeys([key for key in alike if key != culprit], culprit)
    return roots


def _told_elsewhere(blas: Blas | Missing | None, gpu: Gpu | Missing | None) -> set[str]:
    """The packages whose linear algebra does not load: BLA007 and BLA011 say why; and of torch's family what is of another
    build: GPU015 does."""
    errors = blas.errors if isinstance(blas, Blas) else []
    found = set(mismatches(gpu)) if isinstance(gpu, Gpu) else set()
    if not isinstance(errors, Missing):
        found |= {error.package for error in errors if error.package in ("numpy", "scipy")}
    return found


def _broken(
    failure: ImportFailure,
    distribution: Distribution,
    packages: Packages,
    environment: Variables,
    path: Path | Missing | None,
    with_it: list[str],
) -> Finding:
    rows = [Evidence("Python says", failure.message)]
    rows += [Evidence("file", failure.file)] if failure.file else []
    rows += [Evidence("so do", ", ".join(with_it))] if with_it else []
    lost, old = LOST.search(failure.message), OLD.search(failure.message)
    what, why = f"{distribution.name} {distribution.version} is installed, and importing it fails", ""
    version = f"=={distribution.version}" if isinstance(distribution.version, str) else ""
    remedies: tuple[Remedy, ...] = (Install((f"{distribution.name}{version}",), force=True),)
    if failure.chosen and "." not in paths.name(failure.chosen):  # a module, no library
        what, why, remedies = _replaced(failure, path)
        rows += [Evidence("imported first", failure.chosen)]
    elif distribution.key in FAMILY and OTHER_BUILD.search(failure.message):
        builds = [f"{it.name} {it.version}" for it in packages.distributions if it.key in ("torch", *FAMILY)]
        rows += [Evidence("installed", build) for build in dict.fromkeys(builds)]
        what = "it was built for another build of torch than the one that is installed"
        why = "torch, torchvision, torchaudio and torchcodec have to be of one release and of one kind: all for the CPU, or all for one CUDA."
        names = tuple(dict.fromkeys(it.name for it in packages.distributions if it.key in ("torch", *FAMILY)))
        remedies = (
            Manual(
                f"install {' and '.join(names)} again in one command, from one index (https://pytorch.org/get-started/locally/)"
            ),
        )
    elif distribution.key == "torchcodec" and "ffmpeg" in failure.message.lower():
        what = "FFmpeg's libraries are not there"
        why = "torchcodec decodes with FFmpeg, which its wheel does not bring."
        remedies = (InstallSystem(FFMPEG, title="install FFmpeg"),)
    elif lost:
        what = f"{lost[1]} is not there"
        why = f"The dynamic loader finds no {lost[1]} for a compiled file of {distribution.name}. A wheel does not bring every library of the system."
        remedies = _bringing(lost[1], distribution)
    elif old:
        rows += [Evidence("the library that is found", failure.chosen)] if failure.chosen else []
        what = f"it needs {old[1]}, and the library that loads is too old"
        why = "The compiled file was built with a newer compiler than the library that the loader finds first."
        remedies = (
            Manual(
                f"take the folder of {failure.chosen or 'the older library'} out of LD_LIBRARY_PATH and LD_PRELOAD, or "
                "install a newer libstdc++ there (conda: `libstdcxx-ng`; Debian: `libstdc++6`)"
            ),
        )
    elif distribution.key == "numpy" and (switches := _switches(environment, failure.message)):
        what = "NumPy's build needs a processor feature that a variable disables"
        why = f"NumPy tests the features that it was built for when it is imported, and refuses where {' or '.join(switches)} turns one off."
        remedies = (UnsetEnv(switches),)
    elif distribution.key == "numpy" and "baseline" in failure.message:
        what = "this processor lacks a feature that NumPy's build needs"
        why = "NumPy 2.4 and newer wheels for x86-64 need x86-64-v2 (SSE4.2); older ones do not."
        remedies = (Install(("numpy<2.4",)),)
    return Finding(
        PKG011,
        failure.module,
        tuple(rows),
        f"`import {failure.module}` fails: {what}",
        why or "The import was tried in a fresh Python, because a file of the package gave cause to doubt it.",
        remedies=remedies,
    )


def _replaced(failure: ImportFailure, path: Path | Missing | None) -> tuple[str, str, tuple[Remedy, ...]]:
    """What PYTHONPATH puts in the place of the package, or of a module of the standard library."""
    folder, name = paths.parent(failure.chosen), paths.name(failure.chosen)
    own = name == failure.module.partition(".")[0]
    what = f"PYTHONPATH puts {failure.chosen} in {'its' if own else 'the'} place" + (
        "" if own else f" of the standard module {name}"
    )
    why = f"{folder} stands on PYTHONPATH, whose entries are searched before the {'packages' if own else 'standard library'} of every Python."
    return what, why, off_pythonpath(folder, path) or (Manual(f"take {folder} out of PYTHONPATH"),)


def _switches(environment: Variables, message: str) -> tuple[str, ...]:
    """The variables that disable features of the processor; the allow-list of recorded variables may lack them."""
    named = tuple(name for name in SWITCHES if environment.variables.get(name) or name in message)
    return named or (("NPY_DISABLE_CPU_FEATURES",) if "disable" in message.lower() and "baseline" in message else ())


def _bringing(soname: str, distribution: Distribution) -> tuple[Remedy, ...]:
    row = next((row for row in table("sonames", "libraries", Soname) if row.name == soname), None)
    if row is None:
        return (
            Manual(f"install the package of your system that brings {soname} (Debian: `apt-file search {soname}`)"),
        )
    if distribution.owner == "conda" and row.conda:
        return (Install((row.conda,), conda=True),)
    return (InstallSystem(row.packages, title=f"install {soname}"),)
