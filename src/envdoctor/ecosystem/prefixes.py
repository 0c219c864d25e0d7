"""What lies in a prefix of the conda family tells an installation from an environment.

Imported at the very start, as `envdoctor.probe.choose` is: only ``os`` here.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def is_conda_installation(prefix: str, is_dir: "Callable[[str], bool]") -> bool:
    """``conda-meta`` with ``condabin`` or ``envs`` beside it, and not itself below an installation's ``envs``.

    An environment that holds conda, as conda-build needs it, has a ``condabin`` as well.
    """
    above, name = os.path.split(os.path.dirname(prefix.rstrip("/\\")))
    if name == "envs" and is_dir(f"{above}/conda-meta"):
        return False
    return is_dir(f"{prefix}/conda-meta") and (is_dir(f"{prefix}/condabin") or is_dir(f"{prefix}/envs"))
