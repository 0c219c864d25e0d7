"""JAX's plug-ins: what of them stands in the way of another, and whose versions have to be equal."""

import re

from envdoctor.api import Build, Packages

PLUGIN = r"jax-(cuda|rocm)\d+-(plugin|pjrt)$"


def in_the_way(build: Build, packages: Packages) -> tuple[str, ...]:
    """The distributions that have to go before another build of the package comes.

    JAX's plug-ins for two CUDA versions register one name, CuPy's distributions are one package, and so are RAPIDS'.
    """
    if build.package.startswith("jax-"):
        return tuple(dict.fromkeys(item.name for item in packages.distributions if re.match(PLUGIN, item.key)))
    if build.package.startswith("cupy-"):
        return (build.package,)
    if match := re.search(r"-cu\d\d$", build.package):
        return tuple(
            dict.fromkeys(
                item.name for item in packages.distributions if item.key.endswith(match[0]) and _rapids(item.key)
            )
        )
    return ()


def _rapids(key: str) -> bool:
    return key.startswith(("cudf", "libcudf", "pylibcudf", "dask-cudf", "rmm", "librmm"))
