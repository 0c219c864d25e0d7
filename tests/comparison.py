"""Other tools on the same sick patients: ``python -m tests.comparison`` runs them all and writes docs/explanation/comparison.md.

A tool *names the cause* where its output holds the culprit's name, *fails* where it ends with an error and does not name it, and is
*silent* where it ends as if all were well. What each was made for differs: this is no ranking.
"""

import importlib.metadata
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.sick import test_errors_explained as sick
from tests.support.patients import Patient, add_distribution, clean_environ, copy_patient, make_venv, run

PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "comparison.md"
Sicken = Callable[[Patient, Path], dict[str, str]]


def two_versions(patient: Patient, aside: Path) -> dict[str, str]:
    add_distribution(patient.site, "numpy", "1.26.4")
    return {}


def thread_variable(patient: Patient, aside: Path) -> dict[str, str]:
    return {"OMP_NUM_THREADS": "all"}


# The fault in words, how it is made, and what names it.
FAULTS: tuple[tuple[str, Sicken, tuple[str, ...]], ...] = (
    ("a requirement is missing", sick.needs_what_is_missing, ("made-up-solver", "made_up_solver")),
    ("a requirement is too old", sick.needs_a_newer_one, ("solver",)),
    ("NumPy's OpenBLAS is gone", sick.openblas_deleted, ("libscipy_openblas",)),
    ("NumPy's OpenBLAS is cut off", sick.openblas_cut_off, ("libscipy_openblas",)),
    ("a file of NumPy is gone", sick.numpys_core_gone, ("_multiarray_umath",)),
    ("a folder on PYTHONPATH hides NumPy", sick.numpy_on_pythonpath, ("PYTHONPATH", "aside/numpy")),
    ("sitecustomize raises", sick.startup_raises, ("sitecustomize",)),
    ("PYTHONHOME is wrong", sick.wrong_pythonhome, ("PYTHONHOME",)),
    ("the base Python is gone", sick.base_gone, ("gone/python3", "base")),
    ("an editable install's folder is gone", sick.editable_whose_folder_is_gone, ("aside/moved",)),
    ("NumPy is installed twice", two_versions, ("1.26.4",)),
    ("OMP_NUM_THREADS is no number", thread_variable, ("OMP_NUM_THREADS",)),
)


def tools(patient: Patient) -> dict[str, list[str]]:
    python = str(patient.python)
    here = [sys.executable, "-I", "-m"]
    return {
        "envdoctor check": [*here, "envdoctor", "check", "--python", python],
        "pip check": [*here, "pip", "--python", python, "check"],
        "uv pip check": [*here, "uv", "pip", "check", "--python", python],
        "numpy.show_config": [python, "-c", "import numpy; numpy.show_config(); numpy.show_runtime()"],
        "threadpoolctl": [python, "-m", "threadpoolctl", "-i", "numpy"],
    }


def verdict(argv: list[str], environ: dict[str, str], names: tuple[str, ...], folder: Path) -> str:
    try:
        ended = subprocess.run(
            argv, env=clean_environ(**environ), cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
    except OSError as error:
        return "names it" if any(name in str(error) for name in names) else "fails"
    complained = ended.stdout + ended.stderr if ended.returncode or "envdoctor" in argv else ended.stderr
    if any(name in "".join(complained.split()) for name in names):
        return "names it"
    return "fails" if ended.returncode else "silent"


def rows(folder: Path) -> list[list[str]]:
    template = make_venv(sys.executable, folder / "template", "numpy", "scipy", "threadpoolctl")
    table = []
    for number, (fault, sicken, names) in enumerate(FAULTS):
        patient = copy_patient(template, folder / f"patient{number}")
        aside = folder / f"number{number}" / "aside"
        aside.mkdir(parents=True)
        commands = tools(patient)
        environ = sicken(patient, aside)
        table.append([fault, *(verdict(argv, environ, names, aside.parent) for argv in commands.values())])
    return table


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        table = rows(Path(scratch))
    heads = list(tools(Patient(Path(), Path(), Path())))
    versions = {name: importlib.metadata.version(name) for name in ("pip", "uv")}
    lines = [
        "# Beside other tools",
        "",
        "Other tools on the same sick environments. *Names it*: the output names the culprit. *Fails*: it ends with an error and does not",
        "name it. *Silent*: it ends as if all were well. Each was made for something else: `pip check` and `uv pip check` compare requirements,",
        "`numpy.show_config` and threadpoolctl describe what is loaded. `conda doctor` is for conda environments and does not look at these.",
        "",
        f"Made by `python -m tests.comparison`, with pip {versions['pip']} and uv {versions['uv']}.",
        "",
        f"| fault | {' | '.join(heads)} |",
        f"|---|{'---|' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in table),
        "",
    ]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    os.umask(0o022)
    run([sys.executable, "--version"])
    main()
