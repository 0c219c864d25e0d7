"""Do notebooks run in the environment they are meant for, and is there something to write programs with?"""

import re
from collections.abc import Iterator

from envdoctor.api import (
    NAME,
    Evidence,
    Finding,
    Install,
    Jupyter,
    Kernel,
    Manual,
    NotApplicable,
    Packages,
    Path,
    Patient,
    Remedy,
    Rule,
    Run,
    Severity,
    check,
    is_a,
    known,
)

TOL001 = Rule("TOL001", "kernel-points-nowhere", Severity.ERROR, guide=("rec-2",))
TOL002 = Rule("TOL002", "kernel-is-another-python", Severity.WARNING, guide=("rec-2",))
TOL003 = Rule("TOL003", "jupyter-of-another-prefix", Severity.WARNING, guide=("rec-2", "repro-2"))
TOL004 = Rule("TOL004", "no-editor", Severity.INFO, guide=("rec-2", "rec-3"))
GENERIC = ("venv", "env", "virtualenv", "default", "envs", "pixi")  # folders that many projects have
EDITORS = ("jupyterlab", "spyder", "notebook")


@check(TOL001)
def kernel_points_nowhere(jupyter: Jupyter, path: Path) -> Iterator[Finding]:
    if not jupyter.kernels:
        raise NotApplicable("no kernelspecs")
    for kernel in jupyter.kernels:
        known(kernel.argv)
        if kernel.interpreter is None or kernel.interpreter_exists:
            continue
        folder = kernel.file.rpartition("/")[0]
        again = "it has to be registered again if it is wanted"
        remedy: Remedy = Manual(f"remove the folder {folder}")
        if folder.startswith("/"):
            remedy = Run("remove the kernel's folder", ("rm", "-r", "--", folder), reason=again)
        if path.jupyter is not None and is_a(NAME, kernel.name):
            argv = (path.jupyter.path, "kernelspec", "remove", "-y", kernel.name)
            remedy = Run("remove the kernel from Jupyter's list", argv, reason=again)
        yield Finding(
            TOL001,
            kernel.name,
            (Evidence("kernelspec", kernel.file), Evidence("starts", f"{kernel.interpreter} (gone)")),
            f"Jupyter's kernel “{kernel.display_name}” starts a program that is gone",
            "A notebook that asks for this kernel does not start: its environment was moved or removed.",
            remedies=(remedy,),
        )


@check(TOL002)
def kernel_is_another_python(jupyter: Jupyter, path: Path, packages: Packages, patient: Patient) -> Iterator[Finding]:
    """The environment's own kernelspecs, and the ``python3`` that its Jupyter offers first."""
    offered = {kernel.file: kernel for kernel in jupyter.kernels if kernel.file.startswith(f"{jupyter.of_patient}/")}
    has_jupyter = any(item.key in ("jupyter-client", "jupyter-server", "notebook") for item in packages.distributions)
    first = next((kernel for kernel in jupyter.kernels if kernel.name == "python3"), None)
    if has_jupyter and first is not None:
        offered[first.file] = first
    if not offered:
        raise NotApplicable("no kernelspec is offered as this environment's")
    for kernel in offered.values():
        prefix = known(kernel.prefix)
        if not kernel.interpreter_exists or prefix is None or prefix == path.patient_real:
            continue
        yield Finding(
            TOL002,
            kernel.name,
            (
                Evidence("kernelspec", kernel.file),
                Evidence("starts", f"{kernel.interpreter} of {prefix}"),
                Evidence("environment", str(patient.prefix)),
            ),
            f"the kernel “{kernel.display_name}” runs another Python: {prefix}",
            "Notebooks import what is installed there, not what is installed in this environment.",
            remedies=_register(packages, patient, ("--sys-prefix", "--name", kernel.name)),
        )


@check(TOL003)
def jupyter_of_another_prefix(jupyter: Jupyter, path: Path, packages: Packages, patient: Patient) -> Iterator[Finding]:
    if path.jupyter is None:
        raise NotApplicable("no jupyter on PATH")
    if not path.active or path.active[0].real_prefix != path.patient_real:
        raise NotApplicable("this environment is not active")
    if path.active[0].base:
        raise NotApplicable("conda's base is no environment of its own")
    theirs = known(path.jupyter.real_prefix)
    if theirs == path.patient_real:
        return
    if jupyter.finders and path.active[0].variable == "CONDA_PREFIX":
        return  # it offers the kernels of conda environments by itself
    if any(kernel.prefix == path.patient_real and _seen(kernel, jupyter) for kernel in jupyter.kernels):
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
        remedies=_register(packages, patient, ("--user", "--name", _name(patient.prefix or "", jupyter))),
    )


def _seen(kernel: Kernel, jupyter: Jupyter) -> bool:
    """True for a kernelspec that the jupyter on PATH looks at: not one inside the patient alone."""
    return jupyter.of_command == jupyter.of_patient or not kernel.file.startswith(f"{jupyter.of_patient}/")


def _name(prefix: str, jupyter: Jupyter) -> str:
    """A kernel's name that none has yet, of the letters that Jupyter allows; ``.venv`` is named after its project."""
    folders = [part for part in prefix.replace("\\", "/").split("/") if part]
    while len(folders) > 1 and folders[-1].lstrip(".") in GENERIC:
        folders.pop()
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folders[-1] if folders else "").strip(".-") or "environment"
    taken = {kernel.name for kernel in jupyter.kernels}
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(other for other in numbered if other not in taken)


def _register(packages: Packages, patient: Patient, words: tuple[str, ...]) -> tuple[Remedy, ...]:
    executable = patient.executable or "python"
    argv = (executable, "-m", "ipykernel", "install", *words)
    if any(item.key == "ipykernel" for item in packages.distributions):
        undo = f"jupyter kernelspec remove {words[-1]}"
        return (Run("register this environment's kernel", argv, safe=True, undo=undo),)
    title = "install ipykernel here, and register this environment's kernel with it"
    return (Install(("ipykernel",), title=title, then=(argv,)),)


@check(TOL004)
def no_editor(level: str, path: Path, packages: Packages) -> Iterator[Finding]:
    """For beginners: those who say so, and those whom an Anaconda installation tells."""
    if level != "beginner":
        raise NotApplicable("for beginners only")
    if path.editors or any(item.key in EDITORS for item in packages.distributions):
        return
    yield Finding(
        TOL004,
        "editor",
        (Evidence("looked for", "JupyterLab, Spyder, VS Code"),),
        "neither JupyterLab nor Spyder nor VS Code is here",
        "Notebooks to explore, an editor for scripts: one of them makes the beginning easier.",
        remedies=(Install(("jupyterlab",)),),
    )
