"""Imports tried in children of the patient: only what there is cause to doubt, one after the other, leaving no trace."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from envdoctor.facts.packages import ImportFailure
from envdoctor.probe.child import Child
from envdoctor.probe.imports.forecast import Suspect

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMPORTER = os.path.join(HERE, "inside", "importer.py")
MOST, MOST_DEEP = 32, 96  # children, without and with --deep
LONGEST = 60.0  # seconds for one import; PyTorch takes three from a cold disk, and more on a busy machine
ALTOGETHER = 120.0  # seconds
SCRATCH = (
    *(
        "HOME",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "MPLCONFIGDIR",
        "NUMBA_CACHE_DIR",
    ),
    *("TMPDIR", "TEMP", "TMP"),
)
JOBS = ("PMI_", "PMIX_", "OMPI_", "SLURM_", "PMI2_", "MPI_", "HYDRA_")  # a child must not join a running job
UNANSWERED = "no answer"


class Trial(Struct):
    """``failures`` are the imports that fail, ``unknown`` those that came to no end, each with the reason; ``cleared`` the
    packages that can be imported though something speaks against one of their files, with these files. ``tried``: how many
    modules were imported; ``flushing``: those after which subnormal numbers are zero."""

    failures: list[ImportFailure]
    unknown: dict[str, str]
    cleared: dict[str, list[str]]
    tried: int
    flushing: list[str]


def confirm(
    suspects: Sequence[Suspect],
    argv: Sequence[str],
    environ: Mapping[str, str],
    deadline: float,
    most: int | None = None,
) -> Trial:
    """How the imports of what is suspected end, each module tried once.

    ``argv`` starts the patient's Python; ``deadline`` is of `time.monotonic`.
    """
    failures: dict[str, ImportFailure] = {}
    unknown: dict[str, str] = {}
    tried: dict[str, str] = {}
    cleared: dict[str, list[str]] = {}
    flushing: list[str] = []
    for suspect in suspects:
        for module in _modules(suspect):
            if module not in tried:
                if len(tried) >= (most or MOST):
                    unknown.setdefault(
                        module, f"more than {most or MOST} imports would have to be tried; --deep tries them all"
                    )
                    continue
                tried[module] = attempt([module], argv, environ, deadline, flushing)
            ended = tried[module]
            if ended.startswith(UNANSWERED):
                unknown[module] = ended
            elif ended and _is_cause(suspect, module, ended):
                failures.setdefault(suspect.package, failure(suspect, module, ended))
                break
        else:
            if suspect.file and not unknown.keys() & set(_modules(suspect)):
                cleared.setdefault(suspect.package, []).append(suspect.file)
    sound = {suspect.distribution.path for suspect in suspects if tried.get(suspect.package) == ""}
    present = [it for it in failures.values() if not (it.distribution in sound and _is_not_there(it))]
    return Trial(present, unknown, cleared, len(tried), flushing)


def _is_not_there(failure: ImportFailure) -> bool:
    """Whether the module that was tried is not in this release of a package: its table names what some releases have."""
    parts = failure.module.split(".")
    names = [".".join(parts[: number + 1]) for number in range(len(parts))]
    return not failure.file and failure.message in [f"ModuleNotFoundError: No module named {name!r}" for name in names]


def quarrels(
    pairs: Sequence[tuple[Suspect, Suspect]], argv: Sequence[str], environ: Mapping[str, str], deadline: float
) -> list[ImportFailure]:
    """The pairs of which one fails once the other has been imported, for each order in which that is so.

    What fails alone, or came to no end, is no quarrel.
    """
    found: list[ImportFailure] = []
    alone: dict[str, str] = {}
    for pair in pairs:
        for first, then in (pair, pair[::-1]):
            ended = attempt(["--use", first.package, then.package], argv, environ, deadline)
            if not ended or ended.startswith(UNANSWERED):
                continue
            for name in (first.package, then.package):
                if name not in alone:
                    alone[name] = attempt(["--use", name], argv, environ, deadline)
            if not alone[first.package] and not alone[then.package]:
                found.append(replace(failure(then, then.package, ended), after=first.package))
    return found


def failure(suspect: Suspect, module: str, message: str) -> ImportFailure:
    """What is known of an import that failed."""
    return ImportFailure(
        distribution=suspect.distribution.path,
        module=module,
        message=message,
        file=suspect.file,
        lacks=suspect.lacks,
        chosen=suspect.chosen,
    )


def _modules(suspect: Suspect) -> list[str]:
    """The package; then the module itself, where the fault is a library that is too old: nobody ships that as a choice."""
    return list(dict.fromkeys([suspect.package, *([suspect.module] if suspect.chosen and suspect.module else [])]))


def _is_cause(suspect: Suspect, module: str, message: str) -> bool:
    """Whether the doubt is what the import failed for: it names it, or the package as a whole can't be imported."""
    names = [suspect.lacks, os.path.basename(suspect.file)]
    return "." not in module or any(name and name in message for name in names)


def attempt(
    modules: Sequence[str],
    argv: Sequence[str],
    environ: Mapping[str, str],
    deadline: float,
    flushing: list[str] | None = None,
) -> str:
    """How importing ``modules`` in this order ends: empty where it works, else the error, or why nobody knows.

    ``--use`` in front of them: each is used a little, too. ``flushing`` gets the one after which subnormal numbers are zero.
    """
    scratch = tempfile.mkdtemp(prefix="envdoctor-")
    cookie = "envdoctor-" + os.urandom(12).hex() + ":"
    kept = {name: value for name, value in environ.items() if not name.startswith(JOBS)}
    if "PYTHONUSERBASE" not in kept and "HOME" in kept:
        kept["PYTHONUSERBASE"] = os.path.join(kept["HOME"], ".local")
    child = Child([*argv, IMPORTER, cookie, *modules], cookie, kept | dict.fromkeys(SCRATCH, scratch))
    try:
        child.wait(lambda records: len(records) > 0, min(deadline, time.monotonic() + LONGEST))
        ended = child.ending() if not child.records else ""
        child.stop()
        if child.records:
            answer = json.loads(child.records[-1])
            if flushing is not None and answer.get("flushed"):
                flushing.append(str(answer["flushed"]))
            return str(answer.get("error") or "")
        if ended == "still running" or child.failure:
            return f"{UNANSWERED}: {ended}"
        return f"Python ended by {ended}"
    except (ValueError, AttributeError) as error:
        return f"{UNANSWERED}: {error}"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
