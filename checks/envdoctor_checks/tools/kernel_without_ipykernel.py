"""TOL005: A Jupyter kernel starts a Python that has no ipykernel, so it dies at once."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Install,
    Jupyter,
    Manual,
    NotApplicable,
    Path,
    Remedy,
    Rule,
    Severity,
    check,
)

TOL005 = Rule("TOL005", "kernel-without-ipykernel", Severity.ERROR, guide=("rec-2",))


@check(TOL005, given={"jupyter.kernels": "no kernelspec starts the Python of an environment"})
def kernel_without_ipykernel(jupyter: Jupyter, path: Path) -> Iterator[Finding]:
    if all(kernel.launches is None for kernel in jupyter.kernels):
        raise NotApplicable("no kernelspec starts the Python of an environment")
    for kernel in jupyter.kernels:
        if kernel.launches is not False:
            continue
        remedy: Remedy = Install(("ipykernel",))
        if kernel.prefix != path.patient_real:
            remedy = Manual(
                f"install ipykernel into {kernel.prefix} with the tool that made this environment "
                f"(pip: `{kernel.interpreter} -m pip install ipykernel`)"
            )
        yield Finding(
            TOL005,
            kernel.name,
            (Evidence("kernelspec", kernel.file), Evidence("starts", f"{kernel.interpreter} -m ipykernel_launcher")),
            f"Jupyter's kernel “{kernel.display_name}” starts a Python without ipykernel",
            "The kernel ends at once with “No module named ipykernel_launcher”; Jupyter only says that it died. The "
            "environment was made again, or ipykernel was removed, after the kernel was registered.",
            remedies=(remedy,),
        )
