"""What surrounds the chain: containers, hosted notebooks, module systems.

Container engines: https://docs.podman.io (``/run/.containerenv``, ``container``), Docker's ``/.dockerenv``, Kubernetes'
service variables. WSL: https://learn.microsoft.com/windows/wsl/ (the kernel's name). Lmod: ``LOADEDMODULES``.
"""

from envdoctor.origin.clues import Clues

VARIABLES = (
    ("colab", ("COLAB_RELEASE_TAG", "COLAB_GPU")),
    ("kaggle", ("KAGGLE_KERNEL_RUN_TYPE",)),
    ("databricks", ("DATABRICKS_RUNTIME_VERSION",)),
    ("jupyterhub", ("JUPYTERHUB_USER",)),
    ("modules", ("LOADEDMODULES",)),
)


def overlays(clues: Clues) -> list[str]:
    """The overlays, sorted as the interface lists them."""
    variables = clues.variables
    found = []
    if clues.container_files or variables.get("container") or "KUBERNETES_SERVICE_HOST" in variables:
        found.append("container")
    release = clues.system.release.lower() if clues.system is not None else ""
    if "WSL_DISTRO_NAME" in variables or "WSL_INTEROP" in variables or "microsoft" in release:
        found.append("wsl")
    found += [name for name, names in VARIABLES if any(variables.get(item) for item in names)]
    return found
