"""What lies in a prefix of the conda family tells an installation from an environment.

Imported at the very start, as `envdoctor.probe.choose` is: only `envdoctor.ecosystem.paths` here.
"""

from envdoctor.ecosystem import paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def is_conda_installation(prefix: str, is_dir: "Callable[[str], bool]") -> bool:
    """``conda-meta`` with ``condabin`` or ``envs`` beside it, and not itself below an installation's ``envs``.

    An environment that holds conda, as conda-build needs it, has a ``condabin`` as well.
    """
    envs = paths.parent(prefix)
    if paths.name(envs) == "envs" and is_dir(paths.join(paths.parent(envs), "conda-meta")):
        return False
    there = [is_dir(paths.join(prefix, name)) for name in ("conda-meta", "condabin", "envs")]
    return there[0] and (there[1] or there[2])
