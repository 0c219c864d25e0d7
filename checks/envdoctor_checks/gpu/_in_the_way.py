"""What stands in the way of another build: distributions that would be there twice, under one name or in one place."""

import re

from envdoctor.api import Build, Missing, Packages

PLUGIN = r"jax-(cuda|rocm)\d+-(plugin|pjrt)$"
RAPIDS = (
    r"(cudf|libcudf|pylibcudf|dask-cudf|cuml|libcuml|cugraph|libcugraph|pylibcugraph|nx-cugraph|cuvs|libcuvs|cucim|"
    r"raft-dask|pylibraft|libraft|rmm|librmm|kvikio|libkvikio|ucxx|libucxx|distributed-ucxx)-cu\d\d$"
)
TENSORFLOW = ("tensorflow-cpu", "tensorflow-intel", "tensorflow-gpu", "tf-nightly", "tf-nightly-cpu")


def in_the_way(build: Build, packages: Packages | Missing | None) -> tuple[str, ...]:
    """The distributions that have to go before another build of the package comes.

    JAX's plug-ins for two CUDA versions register one name, CuPy's distributions are one package, and so are
    TensorFlow's and, for one CUDA each, RAPIDS'.
    """
    there = packages.distributions if isinstance(packages, Packages) else []
    names = {item.key: item.name for item in there}
    if build.package.startswith("jax-"):
        return tuple(name for key, name in names.items() if re.match(PLUGIN, key))
    if build.package.startswith("cupy-"):
        return (build.package,)
    if build.package == "tensorflow":
        return tuple(names[key] for key in TENSORFLOW if key in names)
    if match := re.search(r"-cu\d\d$", build.package):
        return tuple(name for key, name in names.items() if key.endswith(match[0]) and re.match(RAPIDS, key))
    return ()
