"""What the patient says of itself, how it started, and the environment it started in."""

from envdoctor.facts.base import Section


class Attempt(Section, frozen=True, kw_only=True):
    """One try to start the patient.

    ``flags`` are the interpreter's options (``[]``, ``["-I"]``, ``["-I", "-S"]``); ``ended`` says
    how it ended (``answered``, ``status 3``, ``signal 11 (SIGSEGV)``, ``no answer in 5.0 s`` …);
    ``stderr`` is the end of what it said.
    """

    flags: list[str]
    ended: str
    answered: bool
    stderr: str = ""


class Start(Section, frozen=True, kw_only=True):
    """How the patient started: every attempt in order, and who is to blame where one failed.

    ``mode`` is ``normal``, ``isolated`` (-I), ``isolated-without-site`` (-I -S), ``none``, or
    ``live`` where the process that asks is the patient. ``culprits`` are files whose code runs at
    start-up and that the failing attempt had and the successful one had not. ``complaints`` are such files that
    fail without stopping the start, each with the exception, as Python itself says on standard error.
    ``hindered`` is what envdoctor itself lacked (processes, threads, descriptors): what is unknown for it is no fault of the
    patient's.
    """

    mode: str
    attempts: list[Attempt] = []
    culprits: list[str] = []
    complaints: dict[str, str] = {}
    hindered: str | None = None


class Interpreter(Section, frozen=True, kw_only=True):
    """What ``sys``, ``sysconfig`` and ``site`` of the patient say.

    ``version`` is ``3.12.1``; ``python_version`` is the running language version's ``X.Y`` pair;
    ``pointer_bits`` is 32 or 64. ``markers`` are the values for environment markers (PEP 508).
    ``absent`` are compiled modules of the standard library that this build goes without (``_lzma``, ``_sqlite3`` …).
    ``unloadable`` are those whose import fails since a variable of the loader puts other libraries first, each with Python's message.
    ``sys_path`` is as a program run by the user would see it, less the script's own folder.
    """

    executable: str
    prefix: str
    base_prefix: str
    exec_prefix: str
    version: str
    python_version: str
    implementation: str
    implementation_version: str
    platform: str
    machine: str
    pointer_bits: int
    sys_path: list[str]
    flags: dict[str, int]
    paths: dict[str, str]
    config: dict[str, str | int | None]
    markers: dict[str, str]
    extension_suffixes: list[str] = []
    absent: list[str] = []
    unloadable: dict[str, str] = {}
    user_site: str | None = None
    user_site_enabled: bool | None = None
    gil_disabled: bool = False
    build: str = ""


class Setting(Section, frozen=True, kw_only=True):
    """A line of a configuration file that says what the variable ``name`` could say, too."""

    name: str
    value: str
    file: str


class Variables(Section, frozen=True, kw_only=True):
    """The start-up environment, by allow-list: nothing else of it is ever recorded.

    ``gone`` are variables that name a file or folder which has to be there and is not (table ``files_named``), each
    with its value. ``shell`` is what envdoctor was started from, or told to write for: sh, bash, zsh, fish, pwsh,
    powershell or cmd. ``settings`` are lines of users' configuration files that do the work of a variable (matplotlibrc,
    keras.json).
    """

    variables: dict[str, str]
    gone: dict[str, str] = {}
    settings: list[Setting] = []
    shell: str | None = None
