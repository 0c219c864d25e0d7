"""A virtual environment made again: by the tool that made it, from the Python it stood on, with what was in it."""

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.backports import needless
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.source import again
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.installers import Installer, Pip, Uv
from envdoctor.fixes.tools.system import manager_of, with_venv

MOST_NAMES = 60  # a longer command line is read by nobody
UV = "https://docs.astral.sh/uv/getting-started/installation/"


def anew(bedside: Target, python: str, by_uv: bool) -> Fix:
    """``by_uv``: uv fills it. Another Python than the base is looked for only where ``python`` asks for one, or where
    the base is gone."""
    if folder := _stranded(bedside):
        line = bedside.shell.run(["python3", "-m", "pip", "freeze", "--path", folder])
        words = f"write down what lies in {folder} (`{line}`), then make the environment again and install that into it"
        return Fix(title=words, steps=(), applicability=Applicability.MANUAL)
    minor, path = bedside.available(python)
    path = "" if paths.inside(path, bedside.prefix) else path
    uv = "uv" in bedside.commands
    virtualenv = bedside.kind is OriginKind.VIRTUALENV and "virtualenv" in bedside.commands
    # Debian's Python can't make an environment with pip in it, unless python3-venv is there.
    crippled = bool(path) and path == bedside.base and bedside.facts.prefix.has_ensurepip is False and not virtualenv
    debian = manager_of(bedside) == "apt-get"
    if bedside.kind is OriginKind.UV_VENV or (uv and (not path or crippled)):
        wanted = python or bedside.minor
        chosen = path if path and path == bedside.base else wanted
        made = [run(*_uv(bedside), *(["--python", chosen] if chosen else []), bedside.prefix)]
    elif path and (not crippled or debian):
        wanted = minor
        made = [with_venv(bedside)] if crippled else []
        program = ["virtualenv", "--python", path] if virtualenv else [path, "-m", "venv"]
        made.append(run(*program, "--clear", *_site(bedside), bedside.prefix))
    else:
        return _by_hand(bedside, python)
    filled_by_uv = by_uv and (uv or bedside.kind is OriginKind.UV_VENV)
    installer: Installer = Uv(bedside.prefix) if filled_by_uv else Pip(bedside.python)
    refill, lost = _refill(bedside, installer, python, bool(wanted) and wanted == bedside.minor)
    contents = " and install again what was asked for" if refill else ""
    return Fix(
        title=f"make the environment again{f' with Python {wanted}' if wanted else ''}{contents}",
        steps=(*made, *refill),
        applicability=Applicability.UNSAFE,
        reason=f"everything in the environment is removed first{lost}",
    )


def _stranded(bedside: Target) -> str:
    """The folder of packages that its Python looks into no more, since it has become another version: what is in it is
    in no list, and would be gone with the environment. Empty where there is none."""
    if bedside.installed or not bedside.minor:
        return ""
    folders = [folder for folder in bedside.facts.prefix.site_packages if "python" in paths.name(paths.parent(folder))]
    return next((it for it in folders if paths.name(paths.parent(it)) != f"python{bedside.minor}"), "")


def _uv(bedside: Target) -> list[str]:
    """``--seed`` brings pip, where pip was in it."""
    return ["uv", "venv", "--clear", *(["--seed"] if bedside.has_pip else []), *_site(bedside)]


def _site(bedside: Target) -> list[str]:
    configuration = bedside.facts.prefix.configuration
    said = configuration.get("include-system-site-packages", "") if isinstance(configuration, dict) else ""
    return ["--system-site-packages"] if said.lower() == "true" else []


def _refill(bedside: Target, installer: Installer, python: str, same: bool) -> tuple[list[Run], str]:
    """The step that brings back what was in it, and what that leaves out.

    From the list of the project that it belongs to, else what was asked for; in the versions that were there where
    the Python is the ``same``. What only an older Python needs stays out: its ``enum.py`` may hide this one's.
    """
    superfluous = needless((item.key for item in bedside.top_level), python or bedside.minor)
    top = [item for item in bedside.top_level if item.key not in superfluous]
    own = [word for item in top if item.editable for word in again(item)]
    if bedside.in_project and (listed := bedside.requirements_file()):
        lost = f"; what {listed} does not name does not come back"
        if asked := [item for item in superfluous if item in _listed(bedside)]:
            lost += f"; take {' and '.join(asked)} out of it first, which this Python has itself"
        return [installer.install("-r", listed, *own)], lost
    words = [word for item in top for word in again(item, exact=same)]
    lost = f"; {' and '.join(superfluous)} stays out: this Python has it itself" if superfluous else ""
    return [installer.install(*words)] if 0 < len(top) <= MOST_NAMES else [], lost


def _listed(bedside: Target) -> set[str]:
    """What the project's lists name, by normalised name."""
    rows = [it.requirements for it in bedside.project.declarations] if bedside.project else []
    return {row.key for found in rows if isinstance(found, list) for row in found}


def _by_hand(bedside: Target, python: str) -> Fix:
    wanted = python or bedside.minor
    base = bedside.base if python in ("", bedside.minor) else ""
    chosen = base or wanted
    command = run(*_uv(bedside), *(["--python", chosen] if chosen else []), bedside.prefix)
    missing = f"no Python {wanted} and no uv is at hand" if wanted else "no Python to make it from is at hand"
    if base:
        missing = f"{base} can't make an environment with pip in it (no ensurepip)"
    return Fix(
        title=f"{missing}: install uv ({UV}), then run this", steps=(command,), applicability=Applicability.MANUAL
    )
