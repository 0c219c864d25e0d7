"""The patient's prefix, read from outside: it may not start at all."""

import os

import msgspec

from envdoctor.ecosystem import paths
from envdoctor.facts.base import Missing, Obstacle
from envdoctor.facts.installation import Installation
from envdoctor.facts.interpreter import Interpreter
from envdoctor.facts.prefix import Prefix
from envdoctor.probe.world import World

RECEIPTS = (
    "uv-receipt.toml",
    "pipx_metadata.json",
    "conda-meta/pixi",
    "conda-meta/pixi_env_prefix",
    "conda-meta/frozen",
)


def read(world: World, path: str, executable: str) -> Prefix:
    """What lies at the prefix ``path`` whose Python is ``executable`` (perhaps a dangling link)."""
    text = world.text(f"{path}/pyvenv.cfg")
    configuration = parse_pyvenv(text) if isinstance(text, str) else text
    home = configuration.get("home") if isinstance(configuration, dict) else None
    real = world.real(executable)
    sites = site_packages(world, path)
    writable, owner = _access(world, path, sites)
    return Prefix(
        path=path,
        exists=world.is_dir(path),
        executable=executable,
        executable_exists=world.exists(executable),
        link=os.readlink(real) if os.path.islink(real) else None,
        configuration=configuration,
        home=home,
        home_exists=world.is_dir(home) if home else None,
        conda_meta=world.is_dir(f"{path}/conda-meta"),
        receipts=[name for name in RECEIPTS if os.path.exists(world.real(f"{path}/{name}"))],
        site_packages=sites,
        writable=writable,
        owner=owner,
    )


def _access(world: World, path: str, sites: list[str]) -> tuple[bool | None, str | None]:
    """Whether the user may put packages into the prefix, and if not, the name of its owner."""
    if world.platform == "win32":  # the modes of files don't tell there
        return None, None
    folders = [folder for folder in (path, f"{path}/conda-meta", *sites) if world.is_dir(folder)]
    shut = next((folder for folder in folders if not os.access(world.real(folder), os.W_OK)), None)
    if shut is None:
        return (True, None) if folders else (None, None)
    import pwd

    try:
        return False, pwd.getpwuid(os.stat(world.real(shut)).st_uid).pw_name
    except (KeyError, OSError):
        return False, None


def parse_pyvenv(text: str) -> dict[str, str]:
    """The keys of a pyvenv.cfg, in lower case, split at the first ``=`` (https://docs.python.org/3/library/site.html)."""
    pairs = (line.partition("=") for line in text.splitlines())
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals and key.strip()}


def is_lost(world: World, path: str) -> bool:
    """Whether ``path`` was a virtual environment: its activation script and its packages are there, pyvenv.cfg is not."""
    script = world.text(f"{path}/{'Scripts' if world.platform == 'win32' else 'bin'}/activate")
    activates = isinstance(script, str) and "VIRTUAL_ENV=" in script
    return activates and not world.exists(f"{path}/pyvenv.cfg") and bool(site_packages(world, path))


def site_packages(world: World, prefix: str) -> list[str]:
    """The folders in ``prefix`` where packages lie, as the layout tells: for a Python that can't be asked."""
    found = []
    for folder in ("lib", "lib64", "local/lib"):
        names = world.names(f"{prefix}/{folder}")
        for name in names if isinstance(names, list) else ():
            if name.startswith(("python", "pypy")):
                found += [f"{prefix}/{folder}/{name}/{leaf}" for leaf in ("site-packages", "dist-packages")]
    found.append(f"{prefix}/Lib/site-packages")
    kept: dict[str, str] = {}
    for path in found:
        if world.is_dir(path):
            kept.setdefault(os.path.realpath(world.real(path)), path)
    return list(kept.values())


def with_obstacles(world: World, prefix: Prefix, interpreter: Interpreter | Missing) -> Prefix:
    """The same, with what bars the way to the folders that packages lie in: those that its Python itself names."""
    if not isinstance(interpreter, Interpreter):
        return prefix
    made = isinstance(prefix.configuration, dict) or prefix.conda_meta
    named = dict.fromkeys(interpreter.paths.get(name, "") for name in ("purelib", "platlib"))
    # Debian's Python, and Windows' embeddable one, go without the folder until somebody installs into it.
    needed = [
        path
        for path in named
        if paths.inside(path, prefix.path)
        and (made or (world.platform != "win32" and os.path.basename(path) == "site-packages"))
    ]
    obstacles = [found for path in needed if (found := _obstacle(world, path)) is not None]
    return msgspec.structs.replace(prefix, obstacles=obstacles) if obstacles else prefix


def _obstacle(world: World, path: str) -> Obstacle | None:
    if (
        os.access(world.real(path), os.R_OK | os.X_OK)
        and world.is_dir(path)
        and not isinstance(world.names(path), Missing)
    ):
        return None
    from envdoctor.probe.packages.obstacles import obstacle

    return obstacle(world, path, is_folder=True)


def with_ensurepip(
    world: World, prefix: Prefix, interpreter: Interpreter | Missing, installation: Installation | Missing
) -> Prefix:
    """The same, with whether the standard library holds ensurepip: the base's, where the patient does not start."""
    stdlib = interpreter.paths.get("stdlib") if isinstance(interpreter, Interpreter) else None
    if not stdlib and isinstance(installation, Installation):
        stdlib = installation.places[-1].stdlib
    if not stdlib:
        return prefix
    return msgspec.structs.replace(prefix, has_ensurepip=world.is_dir(f"{stdlib}/ensurepip"))
