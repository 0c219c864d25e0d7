"""Registering a kernel."""

from envdoctor.api import Install, Packages, RegisterKernel, Remedy


def register(packages: Packages, kernel: RegisterKernel) -> tuple[Remedy, ...]:
    if any(item.key == "ipykernel" for item in packages.distributions):
        return (kernel,)
    title = "install ipykernel here, and register this environment's kernel with it"
    return (Install(("ipykernel",), title=title, then=(kernel,)),)
