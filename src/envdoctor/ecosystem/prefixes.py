"""What lies in a prefix of the conda family tells an installation from an environment.

Imported at the very start, as `envdoctor.probe.choose` is: only `envdoctor.ecosystem.paths` here.
"""

from envdoctor.ecosystem import paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


# Why a patient was chosen that nobody named, and that is not in use: what envdoctor itself lies in.
OWN_ENVIRONMENT = "the environment envdoctor is installed in"
OWN_PYTHON = "the Python envdoctor is installed in"
BASE = "conda's base, the only environment that is active"
FIRST = "the first {} on PATH"


def is_doctors_own(chosen: str) -> bool:
    """Whether a patient that was ``chosen`` so is where envdoctor is installed, and nothing else speaks for its use."""
    return chosen in (OWN_ENVIRONMENT, OWN_PYTHON)


def for_want_of_another(chosen: str) -> bool:
    """Whether nobody named the patient, no variable and no project: it was taken because no other was found."""
    return is_doctors_own(chosen) or chosen == BASE or chosen.startswith(FIRST.partition("{}")[0])


def is_conda_installation(prefix: str, is_dir: "Callable[[str], bool]") -> bool:
    """``conda-meta`` with ``condabin`` or ``envs`` beside it, and not itself below an installation's ``envs``.

    An environment that holds conda, as conda-build needs it, has a ``condabin`` as well.
    """
    envs = paths.parent(prefix)
    if paths.name(envs) == "envs" and is_dir(paths.join(paths.parent(envs), "conda-meta")):
        return False
    there = [is_dir(paths.join(prefix, name)) for name in ("conda-meta", "condabin", "envs")]
    return there[0] and (there[1] or there[2])
