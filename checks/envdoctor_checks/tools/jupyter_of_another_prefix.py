"""TOL003: The first `jupyter` on PATH belongs to another prefix than the active environment, and it offers no kernel
of this environment.
"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Jupyter,
    Kernel,
    NotApplicable,
    Packages,
    Path,
    Patient,
    RegisterKernel,
    Rule,
    Severity,
    check,
    known,
    paths,
)
from envdoctor_checks.tools._kernels import register

TOL003 = Rule("TOL003", "jupyter-of-another-prefix", Severity.WARNING, guide=("rec-2", "repro-2"))
GENERIC = ("venv", "env", "virtualenv", "default", "envs", "pixi")  # folders that many projects have


@check(TOL003)
def jupyter_of_another_prefix(jupyter: Jupyter, path: Path, packages: Packages, patient: Patient) -> Iterator[Finding]:
    if path.jupyter is None:
        raise NotApplicable("no jupyter on PATH")
    if not path.active or not paths.same(path.active[0].real_prefix, path.patient_real):
        raise NotApplicable("this environment is not active")
    if path.active[0].base:
        raise NotApplicable("conda's base is no environment of its own")
    theirs = known(path.jupyter.real_prefix)
    if paths.same(theirs, path.patient_real):
        return
    if jupyter.finders and path.active[0].variable == "CONDA_PREFIX":
        return  # it offers the kernels of conda environments by itself
    if any(paths.same(kernel.prefix, path.patient_real) and _seen(kernel, jupyter) for kernel in jupyter.kernels):
        return
    yield Finding(
        TOL003,
        "jupyter",
        (
            Evidence("jupyter", f"{path.jupyter.path} is of {path.jupyter.prefix}"),
            Evidence("environment", str(patient.prefix)),
        ),
        f"jupyter belongs to {path.jupyter.prefix}, and offers no kernel of this environment",
        "What is installed in this environment can't be imported in the notebooks that this command opens.",
        remedies=register(packages, RegisterKernel(_name(patient.prefix or "", jupyter), user=True)),
    )


def _seen(kernel: Kernel, jupyter: Jupyter) -> bool:
    """True for a kernelspec that the jupyter on PATH looks at: not one inside the patient alone."""
    return paths.same(jupyter.of_command, jupyter.of_patient) or not paths.inside(kernel.file, jupyter.of_patient)


def _name(prefix: str, jupyter: Jupyter) -> str:
    """A kernel's name that none has yet, of the letters that Jupyter allows; ``.venv`` is named after its project."""
    folders = paths.parts(prefix)
    while len(folders) > 1 and folders[-1].lstrip(".") in GENERIC:
        folders.pop()
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folders[-1] if folders else "").strip(".-") or "environment"
    taken = {kernel.name for kernel in jupyter.kernels}
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(other for other in numbered if other not in taken)
