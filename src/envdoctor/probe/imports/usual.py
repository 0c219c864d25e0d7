"""Imports to try whatever files say: NumPy's where its own test of the processor is at stake, and with --deep the stack's."""

from collections.abc import Mapping

from envdoctor.data import listed
from envdoctor.facts.packages import Packages
from envdoctor.probe.imports.forecast import Suspect

# NumPy refuses to be imported where a feature of its baseline is disabled or not there (numpy: _core/src/common/npy_cpu_features.c).
SWITCHES = ("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")
NAMES = {
    "scikit-learn": "sklearn",
    "scikit-image": "skimage",
    "opencv-python": "cv2",
    "pillow": "PIL",
    "netcdf4": "netCDF4",
}


def suspects(packages: Packages, environ: Mapping[str, str], deep: bool) -> list[Suspect]:
    """NumPy where a variable meddles with its processor features; ``deep``: each scientific package that is installed."""
    by_key = {distribution.key: distribution for distribution in reversed(packages.distributions)}
    wanted = ["numpy"] if any(environ.get(name) for name in SWITCHES) else []
    if deep:
        modules = listed("modules", "scientific")
        wanted += [key for key in by_key if NAMES.get(key, key) in modules]
    return [Suspect(by_key[key], NAMES.get(key, key)) for key in dict.fromkeys(wanted) if key in by_key]
