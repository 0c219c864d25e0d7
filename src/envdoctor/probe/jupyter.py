"""The kernelspecs in Jupyter's data directories (jupyter_core: paths.py; jupyter_client: kernelspec.py)."""

import os

from envdoctor.ecosystem.prefixes import is_conda_installation
from envdoctor.facts.base import Missing
from envdoctor.facts.interpreter import Interpreter
from envdoctor.facts.jupyter import Jupyter, Kernel
from envdoctor.facts.path import Command
from envdoctor.probe.path.resolve import CommandResolver, is_python
from envdoctor.probe.world import World

FINDERS = ("nb_conda_kernels", "conda_kernels")  # packages that offer the environments' kernels by themselves

# Python's options of one letter, which may stand together, and those that take a value (https://docs.python.org/3/using/cmdline.html).
FLAGS, VALUED = "bBdEhiIOPqRsSuvVx", ("X", "W")


def read(
    world: World, patient: str, interpreter: Interpreter | Missing, command: Command | None, resolver: CommandResolver
) -> Jupyter:
    """The kernels that Jupyter offers in ``patient``, and those of the ``jupyter`` on PATH (``command``)."""
    other = command.prefix if command is not None and isinstance(command.prefix, str) else None
    directories = data_directories(world, patient, interpreter)
    own = f"{patient}/share/jupyter"
    theirs = f"{other}/share/jupyter" if other else None
    if theirs and world.resolve(theirs) == world.resolve(own):
        theirs = own
    looked = [*directories, *([theirs] if theirs and theirs not in directories else [])]
    kernels: list[Kernel] = []
    for directory in looked:
        names = world.names(f"{directory}/kernels")
        for name in names if isinstance(names, list) else ():
            text = world.text(f"{directory}/kernels/{name}/kernel.json", 100_000)
            if text is not None:
                kernels.append(_kernel(world, name, f"{directory}/kernels/{name}/kernel.json", text, resolver))
    return Jupyter(
        data_directories=[path for path in looked if world.is_dir(path)],
        kernels=kernels,
        of_patient=own,
        of_command=theirs,
        finders=_finders(world, other) if other else [],
    )


def data_directories(world: World, patient: str, interpreter: Interpreter | Missing) -> list[str]:
    """Where Jupyter run in ``patient`` looks, in its order: an environment's own comes before the user's."""
    environ = world.environ
    separator = ";" if world.platform == "win32" else ":"
    found = [entry.rstrip("/") for entry in environ.get("JUPYTER_PATH", "").split(separator) if entry]
    user = [_user_data(world)]
    if isinstance(interpreter, Interpreter) and interpreter.user_site_enabled and world.platform == "linux":
        user.append(f"{world.home}/.local/share/jupyter")
    own = [f"{patient}/share/jupyter"]
    is_environment = world.exists(f"{patient}/pyvenv.cfg") or (
        world.is_dir(f"{patient}/conda-meta") and not is_conda_installation(patient, world.is_dir)
    )
    prefer = environ.get("JUPYTER_PREFER_ENV_PATH")
    first = is_environment if prefer is None else prefer.lower() not in ("no", "n", "false", "off", "0", "0.0")
    found += [*own, *user] if first else [*user, *own]
    if world.platform == "win32":
        found.append(f"{environ.get('PROGRAMDATA', 'C:/ProgramData')}/jupyter")
    else:
        found += ["/usr/local/share/jupyter", "/usr/share/jupyter"]
    return list(dict.fromkeys(found))


def _user_data(world: World) -> str:
    environ = world.environ
    if environ.get("JUPYTER_DATA_DIR"):
        return environ["JUPYTER_DATA_DIR"].rstrip("/")
    if world.platform == "darwin":
        return f"{world.home}/Library/Jupyter"
    if world.platform == "win32":
        return f"{environ.get('APPDATA', world.home)}/jupyter"
    return f"{environ.get('XDG_DATA_HOME') or world.home + '/.local/share'}/jupyter"


def _kernel(world: World, name: str, file: str, text: str | Missing, resolver: CommandResolver) -> Kernel:
    try:
        if isinstance(text, Missing):
            raise ValueError(text.reason)
        import json

        spec = json.loads(text)
        argv = [str(word) for word in spec["argv"]]
        display_name, language = str(spec.get("display_name", name)), str(spec.get("language", ""))
        own_path = "PYTHONPATH" in (spec.get("env") or {})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"{file}: {type(error).__name__}: {error}"
        return Kernel(name=name, display_name=name, file=file, argv=Missing(why))
    program = argv[0] if argv else ""
    if not os.path.isabs(program):
        return Kernel(name=name, display_name=display_name, file=file, argv=argv, language=language)
    prefix, launches = None, None
    if is_python(os.path.basename(program)):
        prefix = world.resolve(resolver.prefix(program))
        if _module(argv) in ("ipykernel_launcher", "ipykernel") and not own_path and world.exists(program):
            launches = _holds_ipykernel(world, prefix)
    return Kernel(
        name=name,
        display_name=display_name,
        file=file,
        argv=argv,
        language=language,
        interpreter=program,
        interpreter_exists=world.exists(program),
        prefix=prefix,
        launches=launches,
    )


def _module(argv: list[str]) -> str:
    """The module that Python is told to run by ``-m``, behind its other options (ipykernel writes ``-Xfrozen_modules=off``)."""
    words = iter(argv[1:])
    for word in words:
        option = word[1:] if word.startswith("-") and not word.startswith("--") else ""
        letters = option.lstrip(FLAGS)
        if letters.startswith("m"):
            return letters[1:] or next(words, "")
        if not option or letters[:1] == "c":
            return ""
        if letters in VALUED:
            next(words, "")
    return ""


def _holds_ipykernel(world: World, prefix: str) -> bool | None:
    """Whether an environment holds ipykernel; ``None`` for what is none, and where other packages shine through."""
    configuration = world.text(f"{prefix}/pyvenv.cfg", 10_000)
    if world.environ.get("PYTHONPATH") or (configuration is None and not world.is_dir(f"{prefix}/conda-meta")):
        return None
    if isinstance(configuration, Missing) or (configuration and _shares_system(configuration)):
        return None
    folders = [f"{prefix}/Lib/site-packages"]
    for lib in ("lib", "lib64"):
        names = world.names(f"{prefix}/{lib}")
        versions = (
            [name for name in names if name.startswith(("python3.", "pypy3."))] if isinstance(names, list) else []
        )
        folders += [f"{prefix}/{lib}/{name}/site-packages" for name in versions]
        if configuration is None:  # conda's Pythons look into the user's site-packages, too
            folders += [f"{world.home}/.local/lib/{name}/site-packages" for name in versions]
    listings = [names for folder in folders if isinstance(names := world.names(folder), list)]
    if not listings or any(
        name.endswith((".pth", ".egg-link")) and "ipykernel" in name for it in listings for name in it
    ):
        return None
    return any("ipykernel" in it or "ipykernel_launcher.py" in it for it in listings)


def _shares_system(configuration: str) -> bool:
    lines = (line.partition("=") for line in configuration.splitlines())
    return any(key.strip() == "include-system-site-packages" and value.strip() == "true" for key, _, value in lines)


def _finders(world: World, prefix: str) -> list[str]:
    names = world.names(f"{prefix}/lib")
    pythons = [name for name in names if name.startswith("python3.")] if isinstance(names, list) else []
    return [
        finder for name in pythons for finder in FINDERS if world.is_dir(f"{prefix}/lib/{name}/site-packages/{finder}")
    ]
