"""TOL002: A kernelspec inside this environment, or the `python3` that this environment's Jupyter offers first, starts
the Python of another prefix.
"""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Jupyter,
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

TOL002 = Rule("TOL002", "kernel-is-another-python", Severity.WARNING, guide=("rec-2",))


@check(TOL002, given={"jupyter.kernels": "no kernelspec is offered as this environment's"})
def kernel_is_another_python(jupyter: Jupyter, path: Path, packages: Packages, patient: Patient) -> Iterator[Finding]:
    """The environment's own kernelspecs, and the ``python3`` that its Jupyter offers first."""
    offered = {kernel.file: kernel for kernel in jupyter.kernels if paths.inside(kernel.file, jupyter.of_patient)}
    has_jupyter = any(item.key in ("jupyter-client", "jupyter-server", "notebook") for item in packages.distributions)
    first = next((kernel for kernel in jupyter.kernels if kernel.name == "python3"), None)
    if has_jupyter and first is not None:
        offered[first.file] = first
    if not offered:
        raise NotApplicable("no kernelspec is offered as this environment's")
    for kernel in offered.values():
        prefix = known(kernel.prefix)
        if not kernel.interpreter_exists or prefix is None or paths.same(prefix, path.patient_real):
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
            remedies=register(packages, RegisterKernel(kernel.name)),
        )
