"""Where conda and mamba look for their configuration, and files that look like one but are not read.

conda: base/constants.py, SEARCH_PATH, and common/configuration.py, _expand_search_path;
mamba 2: libmamba/src/api/configuration.cpp, compute_default_rc_sources (the order, each place once, at its lowest),
get_existing_rc_sources and has_config_name (which names count, in folders too).
"""

import os
import re
from collections.abc import Iterator, Mapping

from envdoctor.privacy.lazy import pattern
from envdoctor.probe.world import World

NAMES = (".condarc", "condarc")
MAMBA_NAMES = (*NAMES, ".mambarc", "mambarc")
EXTENSIONS = (".yml", ".yaml")
_VARIABLE = pattern(
    r"\$(?P<named>[_a-zA-Z][_a-zA-Z0-9]*)|\$\{(?P<braced>[_a-zA-Z][_a-zA-Z0-9]*)\}|%(?P<padded>[_a-zA-Z][_a-zA-Z0-9]*)%"
)
# Names that people give a condarc, and that nothing reads.
LOOKALIKES = (".condarc.yml", ".condarc.yaml", ".condarc.txt", "condarc.yml", "condarc.yaml", "condarc.txt")


def expand(template: str, variables: Mapping[str, str]) -> str:
    """``$NAME``, ``${NAME}`` and ``%NAME%`` replaced; a variable that is not set stays as written."""

    def value(match: re.Match[str]) -> str:
        return variables.get(match["named"] or match["braced"] or match["padded"], match.group())

    return _VARIABLE.sub(value, template) if "$" in template or "%" in template else template


def folders(windows: bool) -> list[str]:
    """The folders that may hold a ``.condarc``, a ``condarc`` and a ``condarc.d``, lowest precedence first."""
    system = ["C:/ProgramData/conda"] if windows else ["/etc/conda", "/var/lib/conda"]
    return [*system, "$CONDA_ROOT", "$XDG_CONFIG_HOME/conda", "~/.config/conda", "~/.conda", "~", "$CONDA_PREFIX"]


def files(world: World, root: str | None, mamba: bool = False) -> list[str]:
    """The files that are read, lowest precedence first, each once, at its first place."""
    found: dict[str, None] = {}
    for path in _candidates(world, root, mamba):
        if world.is_file(path):
            name = os.path.basename(path)
            if name in (MAMBA_NAMES if mamba else NAMES) or _has_extension(name):
                found.setdefault(path)
        elif world.is_dir(path):
            names = world.names(path)
            for name in names if isinstance(names, list) else ():
                counts = _has_extension(name) or (mamba and name in MAMBA_NAMES)
                if counts and world.is_file(f"{path}/{name}"):
                    found.setdefault(f"{path}/{name}")
    return list(found)


def _has_extension(name: str) -> bool:
    return os.path.splitext(name)[1] in EXTENSIONS


def unread(world: World, root: str | None) -> Iterator[tuple[str, str]]:
    """Files that look like conda's configuration and that conda does not read, each with the reason."""
    variables = _variables(world, root)
    named = variables.get("CONDARC")
    if named:
        path = _place(world, named, variables)
        if not world.is_file(path) and not world.is_dir(path):
            yield path, "CONDARC names it, and there is no such file"
        elif world.is_file(path) and os.path.basename(path) not in NAMES and not path.endswith(EXTENSIONS):
            yield (
                path,
                "CONDARC names it, and conda reads only files called .condarc or condarc, or ending in .yml or .yaml",
            )
    seen = set()
    for template in folders(world.platform == "win32"):
        folder = _place(world, template, variables)
        if "$" in folder or folder in seen or not world.is_dir(folder):
            continue
        seen.add(folder)
        names = [name for name in LOOKALIKES if world.is_file(f"{folder}/{name}")]
        if folder == world.home and world.is_file(f"{folder}/condarc"):
            names.append("condarc")
        for name in names:
            yield f"{folder}/{name}", "conda does not read a file of this name here"
        inside = world.names(f"{folder}/condarc.d") if folder != world.home else None
        for name in inside if isinstance(inside, list) else ():
            if name in NAMES or name.endswith((".conf", ".cfg", ".json", ".txt")):
                yield f"{folder}/condarc.d/{name}", "in condarc.d conda reads only files ending in .yml or .yaml"


def _candidates(world: World, root: str | None, mamba: bool) -> Iterator[str]:
    variables = _variables(world, root)
    windows = world.platform == "win32"
    for template in _mambas(windows, variables) if mamba else _condas(windows):
        if not (template.startswith("$") and expand(template, variables) == template):  # its variable is not set
            yield _place(world, template, variables)


def _condas(windows: bool) -> Iterator[str]:
    for folder in folders(windows):
        yield from _trio(folder) if folder != "~" else ["~/.condarc"]
    yield "$CONDARC"


def _mambas(windows: bool, variables: Mapping[str, str]) -> Iterator[str]:
    """Mamba's own files beside conda's, and above the user's; the active environment is the one it works on."""
    user = "$XDG_CONFIG_HOME" if variables.get("XDG_CONFIG_HOME") else "$APPDATA" if windows else "~/.config"
    for folder in ("C:/ProgramData/conda",) if windows else ("/etc/conda", "/var/lib/conda"):
        yield from (*_trio(folder), f"{folder}/.mambarc")
    yield from (*_trio("$CONDA_ROOT"), "$CONDA_ROOT/.mambarc")
    yield from (*_trio(f"{user}/conda"), *_trio("~/.conda"), "~/.condarc", *_trio("$CONDA_PREFIX"), "$CONDARC")
    yield from (*_trio(f"{user}/mamba", "mambarc"), *_trio("~/.mamba", "mambarc"), "~/.mambarc", "$MAMBARC")
    yield "$CONDA_PREFIX/.mambarc"


def _trio(folder: str, name: str = "condarc") -> list[str]:
    return [f"{folder}/.{name}", f"{folder}/{name}", f"{folder}/{name}.d"]


def _variables(world: World, root: str | None) -> dict[str, str]:
    variables = dict(world.environ)
    if root:
        variables.setdefault("CONDA_ROOT", root)
        if not variables.get("CONDA_PREFIX"):
            variables["CONDA_PREFIX"] = _default_prefix(world, root, variables.get("CONDA_DEFAULT_ENV", "base"))
    return variables


def _default_prefix(world: World, root: str, name: str) -> str:
    """The environment that CONDA_DEFAULT_ENV names, where no prefix is (conda: base/context.py, default_prefix)."""
    if name in ("base", "root"):
        return root
    if "/" in name or os.sep in name:
        return _absolute(world, name)
    places = [f"{root}/envs/{name}", f"{world.home}/.conda/envs/{name}"]
    return next((place for place in places if world.is_dir(place)), places[0])


def _place(world: World, template: str, variables: Mapping[str, str]) -> str:
    path = expand(template, variables).replace("\\", "/") if world.platform == "win32" else expand(template, variables)
    if path == "~" or path.startswith("~/"):
        path = world.home + path[1:]
    elif path.startswith("~"):
        path = os.path.expanduser(path)
    return _absolute(world, path)


def _absolute(world: World, path: str) -> str:
    if not os.path.isabs(path) and not re.match("[A-Za-z]:/", path):
        path = f"{world.cwd}/{path}"
    lead = "/" if path.startswith("/") else ""
    return lead + "/".join(part for part in path.split("/") if part not in ("", "."))
