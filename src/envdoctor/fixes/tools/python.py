"""What a Python does for itself: venv, ensurepip and ``-m pip``."""

from collections.abc import Mapping
from typing import assert_never

from envdoctor.ecosystem import paths
from envdoctor.engine.remedies import CallPip, GivePip, RestoreConfiguration
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Edit, run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.installers import Pip


def carry_out(target: Target, errand: CallPip | GivePip | RestoreConfiguration) -> Fix:
    match errand:
        case CallPip():
            return Fix(title=_in_place_of_pip(target), steps=(), applicability=Applicability.MANUAL)
        case GivePip():
            return Fix(
                title="give this environment a pip of its own, then call it as python -m pip",
                steps=(run(target.python, "-m", "ensurepip", "--default-pip"),),
                applicability=Applicability.SAFE,
                undo=f"{target.python} -m pip uninstall pip",
            )
        case RestoreConfiguration():
            return _restored(target)
        case _:
            assert_never(errand)


def _in_place_of_pip(target: Target) -> str:
    """What is typed where the first ``pip`` on PATH serves another Python."""
    own = [target.python, "-m", "pip", "install", "NAME"]
    by_uv = ["uv", "pip", "install", "--python", target.prefix, "NAME"]
    return f"in place of `pip install NAME` type `{target.shell.run(own if target.has_pip else by_uv)}`"


def keep(target: Target, variables: Mapping[str, str], title: str) -> Fix:
    """An environment of ``venv`` has nothing of its own for variables; its activation script may set them."""
    pairs = " ".join(f"{name}={value}" for name, value in variables.items())
    edit = Edit(paths.join(paths.scripts(target.prefix), "activate"), f"at the end: export {pairs}")
    return Fix(
        title=f"{title}; it holds where the environment is activated",
        steps=(edit,),
        applicability=Applicability.MANUAL,
    )


def make(folder: str, title: str, undo: str) -> Fix:
    """A virtual environment by the Python at hand."""
    return Fix(title=title, steps=(Pip.environment("python3", folder),), applicability=Applicability.SAFE, undo=undo)


def _restored(target: Target) -> Fix:
    """The Python that is started now, the base, makes the environment's file; ``venv`` leaves the packages alone."""
    prefix = target.facts.prefix
    minor = ".".join(str(target.facts.patient.version).split(".")[:2])
    base = paths.join(prefix.path, "python.exe" if paths.windows(prefix.path) else f"bin/python{minor}")
    return Fix(
        title="write pyvenv.cfg again; the packages stay",
        steps=(run(base, "-m", "venv", "--without-pip", str(prefix.lost)),),
        applicability=Applicability.SAFE,
        undo=f"remove {paths.join(prefix.lost or '', 'pyvenv.cfg')}",
    )
