"""TOL001: A kernelspec of Jupyter's starts a program by its absolute path, and there is no such file."""

from collections.abc import Iterator

from envdoctor.api import (
    NAME,
    DeleteFiles,
    Evidence,
    Finding,
    Jupyter,
    Manual,
    Path,
    Remedy,
    RemoveKernel,
    Rule,
    Severity,
    check,
    is_a,
    known,
    paths,
)

TOL001 = Rule("TOL001", "kernel-points-nowhere", Severity.ERROR, guide=("rec-2",))


@check(TOL001, given={"jupyter.kernels": "no kernelspecs"})
def kernel_points_nowhere(jupyter: Jupyter, path: Path) -> Iterator[Finding]:
    for kernel in jupyter.kernels:
        known(kernel.argv)
        if kernel.interpreter is None or kernel.interpreter_exists:
            continue
        folder = paths.parent(kernel.file)
        again = "it has to be registered again if it is wanted"
        remedy: Remedy = Manual(f"remove the folder {folder}")
        if paths.absolute(folder) and not paths.windows(folder):
            remedy = DeleteFiles((folder,), "remove the kernel's folder", again)
        if path.jupyter is not None and is_a(NAME, kernel.name):
            remedy = RemoveKernel(kernel.name, again)
        yield Finding(
            TOL001,
            kernel.name,
            (Evidence("kernelspec", kernel.file), Evidence("starts", f"{kernel.interpreter} (gone)")),
            f"Jupyter's kernel “{kernel.display_name}” starts a program that is gone",
            "A notebook that asks for this kernel does not start: its environment was moved or removed.",
            remedies=(remedy,),
        )
