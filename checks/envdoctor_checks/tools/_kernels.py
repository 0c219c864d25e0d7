"""Registering a kernel."""

from envdoctor.api import Install, Packages, Patient, Remedy, Run


def register(packages: Packages, patient: Patient, words: tuple[str, ...]) -> tuple[Remedy, ...]:
    executable = patient.executable or "python"
    argv = (executable, "-m", "ipykernel", "install", *words)
    if any(item.key == "ipykernel" for item in packages.distributions):
        undo = f"jupyter kernelspec remove {words[-1]}"
        return (Run("register this environment's kernel", argv, safe=True, undo=undo),)
    title = "install ipykernel here, and register this environment's kernel with it"
    return (Install(("ipykernel",), title=title, then=(argv,)),)
