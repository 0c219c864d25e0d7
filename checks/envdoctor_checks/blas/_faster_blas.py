"""What puts a faster BLAS under NumPy: in the tool that brought the slow one."""

from envdoctor.api import (
    Install,
    InstallSystem,
    Library,
    LinuxFamily,
    Manual,
    Missing,
    Packages,
    Path,
    Remedy,
    System,
    linux_family,
    paths,
)
from envdoctor_checks.python._pythonpath import off_pythonpath


def faster(
    slow: Library, system: System, packages: Packages | Missing | None, path: Path | Missing | None
) -> tuple[Remedy, ...]:
    """A NumPy that PYTHONPATH brings leaves by PYTHONPATH: the computer's BLAS is not this environment's matter."""
    found = packages.distributions if isinstance(packages, Packages) else []
    numpys = [item for item in found if item.key == "numpy"]
    if numpys and (remedies := off_pythonpath(numpys[0].location, path)):
        if len(numpys) > 1:
            return remedies
        return (Manual(f"install NumPy into the environment, then take {numpys[0].location} out of PYTHONPATH"),)
    words = paths.parts(slow.path)
    if linux_family(system) is LinuxFamily.DEBIAN and slow.path.startswith(("/usr/lib/", "/lib/")):
        # Debian's alternatives are named by the folder: /usr/lib/x86_64-linux-gnu.
        triplet = next((word for word in words if word.count("-") >= 2), "x86_64-linux-gnu")
        return (
            InstallSystem({"apt-get": ("libopenblas0",)}, title="install OpenBLAS, which takes the place of the other"),
            Manual(f"if it is installed and not in use: `sudo update-alternatives --config libblas.so.3-{triplet}`"),
        )
    if any("conda" in word for word in words):
        return (Install(("libblas=*=*openblas",), title="switch conda-forge's BLAS to OpenBLAS"),)
    return (Manual("put OpenBLAS in its place, or install NumPy's wheel from PyPI, which brings it"),)
