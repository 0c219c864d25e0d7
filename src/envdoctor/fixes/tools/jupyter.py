"""Kernels, by ipykernel (https://ipython.readthedocs.io/en/stable/install/kernel_install.html) and Jupyter."""

from envdoctor.engine.remedies import RegisterKernel, RemoveKernel
from envdoctor.facts import Path
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target


def registering(target: Target, errand: RegisterKernel) -> Run:
    where = "--user" if errand.user else "--sys-prefix"
    return run(target.python, "-m", "ipykernel", "install", where, "--name", errand.name)


def register(target: Target, errand: RegisterKernel) -> Fix:
    return Fix(
        title="register this environment's kernel",
        steps=(registering(target, errand),),
        applicability=Applicability.SAFE,
        undo=f"jupyter kernelspec remove {errand.name}",
    )


def remove(target: Target, errand: RemoveKernel) -> Fix:
    jupyter = target.facts.path.jupyter if isinstance(target.facts.path, Path) else None
    return Fix(
        title="remove the kernel from Jupyter's list",
        steps=(run(jupyter.path if jupyter else "jupyter", "kernelspec", "remove", "-y", errand.name),),
        applicability=Applicability.UNSAFE,
        reason=errand.reason,
    )
