"""What surrounds the chain: containers, hosted notebooks, module systems.

Container engines: `envdoctor.ecosystem.origins`. WSL: https://learn.microsoft.com/windows/wsl/ (the kernel's name). Lmod: ``LOADEDMODULES``.
"""

from envdoctor.ecosystem.origins import ENGINE_VARIABLES, Overlay
from envdoctor.origin.clues import Clues

VARIABLES = (
    (Overlay.COLAB, ("COLAB_RELEASE_TAG", "COLAB_GPU")),
    (Overlay.KAGGLE, ("KAGGLE_KERNEL_RUN_TYPE",)),
    (Overlay.DATABRICKS, ("DATABRICKS_RUNTIME_VERSION",)),
    (Overlay.JUPYTERHUB, ("JUPYTERHUB_USER",)),
    (Overlay.MODULES, ("LOADEDMODULES",)),
)


def overlays(clues: Clues) -> list[str]:
    """The overlays, sorted as the interface lists them."""
    variables = clues.variables
    found: list[Overlay] = []
    if clues.container_files or any(variables.get(name) for name in ENGINE_VARIABLES):
        found.append(Overlay.CONTAINER)
    release = clues.system.release.lower() if clues.system is not None else ""
    if "WSL_DISTRO_NAME" in variables or "WSL_INTEROP" in variables or "microsoft" in release:
        found.append(Overlay.WSL)
    found += [name for name, names in VARIABLES if any(variables.get(item) for item in names)]
    return [overlay.value for overlay in found]
