"""Imports tried in children of the patient: only what there is cause to doubt, one after the other, leaving no trace."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence

from envdoctor.facts.packages import ImportFailure
from envdoctor.probe.child import Child
from envdoctor.probe.imports.forecast import Suspect

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMPORTER = os.path.join(HERE, "inside", "importer.py")
MOST = 32  # children
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


def confirm(
    suspects: Sequence[Suspect], argv: Sequence[str], environ: Mapping[str, str], deadline: float
) -> tuple[list[ImportFailure], dict[str, str]]:
    """The imports that fail, and those that came to no end, each with the reason.

    ``argv`` starts the patient's Python; ``deadline`` is of `time.monotonic`.
    """
    failures: dict[str, ImportFailure] = {}
    unknown: dict[str, str] = {}
    tried: dict[str, str] = {}
    for suspect in suspects:
        for module in _modules(suspect):
            if module not in tried:
                if len(tried) >= MOST:
                    unknown.setdefault(module, f"more than {MOST} imports would have to be tried")
                    continue
                tried[module] = attempt([module], argv, environ, deadline)
            ended = tried[module]
            if ended.startswith(UNANSWERED):
                unknown[module] = ended
            elif ended and _is_cause(suspect, module, ended):
                failures.setdefault(suspect.package, failure(suspect, module, ended))
                break
    return list(failures.values()), unknown


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


def attempt(modules: Sequence[str], argv: Sequence[str], environ: Mapping[str, str], deadline: float) -> str:
    """How importing ``modules`` in this order ends: empty where it works, else the error, or why nobody knows."""
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
            return str(json.loads(child.records[-1]).get("error") or "")
        if ended == "still running" or child.failure:
            return f"{UNANSWERED}: {ended}"
        return f"Python ended by {ended}"
    except (ValueError, AttributeError) as error:
        return f"{UNANSWERED}: {error}"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
