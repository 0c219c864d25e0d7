"""Which files of a project list what it needs, and what for: told by their folders and names alone. Pure."""

from msgspec import Struct

# Formats with a name of their own.
LOCKS = {
    "uv.lock": "uv.lock",
    "poetry.lock": "poetry.lock",
    "pdm.lock": "pdm.lock",
    "pixi.lock": "pixi.lock",
    "Pipfile.lock": "Pipfile.lock",
}
MANIFESTS = {
    "pyproject.toml": "pyproject",
    "Pipfile": "Pipfile",
    "pixi.toml": "pixi",
    "setup.py": "setup.py",
    "setup.cfg": "setup.cfg",
    "hatch.toml": "hatch",
}
PYTHONS = (".python-version", "runtime.txt", ".tool-versions", "mise.toml", ".mise.toml")
IMAGES = ("Dockerfile", "Containerfile", "devcontainer.json", ".devcontainer.json")

# Folders that are looked into: what lists in them are in for.
LISTS = ("requirements", "reqs", "dependencies", "deps")
ENVIRONMENTS = (
    *("env", "envs", "environment", "environments", "conda", "conda_env", "conda_envs", "conda-env", "conda-envs"),
    *("condaenv", "conda_environments", "conda-environments"),
)
BINDERS = ("binder", ".binder")
DOCUMENTATION = ("doc", "docs", "documentation", "sphinx")
EXAMPLES = (
    *("example", "examples", "notebook", "notebooks", "tutorial", "tutorials", "demo", "demos", "samples", "workshop"),
)
WORKSHOPS = ("ci", ".ci", "dev", "tools", "etc", "build_tools", "continuous_integration", "test", "tests", ".github")
PARTS = DOCUMENTATION + EXAMPLES + BINDERS  # folders that are parts of a project, and none themselves
FOLDERS = (*LISTS, *ENVIRONMENTS, *PARTS, *WORKSHOPS, ".devcontainer")

# Words in a name that tell what a list is for; the first table that has one of them counts.
_TOOL = {
    "condalock",
    "lint",
    "linting",
    "linters",
    "precommit",
    "commit",
    "release",
    "publish",
    "mypy",
    "typing",
    "nox",
    "tox",
}
_DOCUMENTATION = {*DOCUMENTATION, "rtd", "readthedocs", "mkdocs"}
_EXAMPLES = {*EXAMPLES, "binder", "colab", "jupyter", "jupyterlab", "playground"}
_DEVELOPMENT = {
    *("dev", "devel", "develop", "development", "debug", "local", "contrib", "extra", "extras", "optional", "check"),
    *("test", "tests", "testing", "ci", "qa", "style", "checks", "format", "coverage", "bench", "benchmark"),
    *("benchmarks", "asv", "profiling", "build", "builds", "github", "continuous", "tools", "etc"),
}
_VARIANT = {
    *(
        "gpu",
        "cuda",
        "rocm",
        "cpu",
        "cpuonly",
        "mps",
        "tpu",
        "min",
        "minimum",
        "minimal",
        "oldest",
        "lowest",
        "nightly",
    ),
    *("upstream", "latest", "all", "full", "pinned", "frozen", "freeze", "mkl", "nomkl", "openblas", "noarch"),
}
_SYSTEMS = {
    "linux": {"linux", "linux64", "ubuntu", "debian"},
    "darwin": {"osx", "macos", "mac", "darwin", "osx64", "m1", "macosx", "apple"},
    "win32": {"win", "windows", "win64", "win32"},
}
_BLANKS = str.maketrans(dict.fromkeys("-_./\\", " "))
SUFFIXES = (".yml", ".yaml")


class Entry(Struct, frozen=True):
    """A file to read: ``kind`` is its format; ``loose``: its name alone does not tell that it is of that format."""

    kind: str
    purpose: str = "run"
    system: str = ""
    lock: bool = False
    loose: bool = False


def entry(path: str) -> Entry | None:
    """What the file at ``path``, relative to the project, is read as; ``None``: it is none of these."""
    folder, _, name = path.rpartition("/")
    kind, lock, loose = _format(folder, name)
    if not kind:
        return None
    purpose, system = ("run", "") if kind in MANIFESTS.values() or name in LOCKS else _purpose(path)
    if folder and kind in MANIFESTS.values() and kind not in ("pixi", "Pipfile"):
        return None  # another project's
    return Entry("image" if kind == "image" else kind, "image" if kind == "image" else purpose, system, lock, loose)


def _format(folder: str, name: str) -> tuple[str, bool, bool]:
    """Format, whether it is a lock, and whether only the content can tell; an empty format for what is no list."""
    if name in LOCKS:
        return LOCKS[name], True, False
    if name in MANIFESTS:
        return MANIFESTS[name], False, False
    if name in IMAGES or name.startswith("Dockerfile."):
        return "image", False, False
    stem, dot, suffix = name.rpartition(".")
    suffix = (dot + suffix).lower()
    low = stem.lower()
    inside = folder.rpartition("/")[2].lower()
    if suffix in SUFFIXES:
        return _of_yaml(low, inside)
    if suffix == ".toml":
        return ("pylock", True, False) if low.startswith("pylock") and low[6:7] in ("", ".") else ("", False, False)
    if suffix == ".lock":
        if low.startswith("conda"):
            return "explicit", True, False
        return ("requirements", True, False) if "requirements" in low else ("", False, False)
    if suffix in (".txt", ".in") and not low.startswith("constraint"):
        if "requirements" in low or inside in LISTS:
            return "requirements", False, inside in LISTS and "requirements" not in low
        if suffix == ".txt" and (low.startswith(("explicit", "conda")) or "spec" in low.translate(_BLANKS).split()):
            return "explicit", True, True
    return "", False, False


def _of_yaml(low: str, inside: str) -> tuple[str, bool, bool]:
    words = low.translate(_BLANKS).split()
    if low.endswith(("conda-lock", "conda_lock")):
        return "conda-lock", True, False
    if "environment" in low:
        return "environment.yml", False, inside in WORKSHOPS
    dedicated = inside in (*ENVIRONMENTS, *LISTS, *BINDERS)
    if dedicated or "env" in words or low in ("conda", "dependencies") or "condaenv" in low:
        return "environment.yml", False, True
    return "", False, False


def _purpose(path: str) -> tuple[str, str]:
    """What a list is for, and the system it is for, by the words in its path."""
    words = set(path.lower().translate(_BLANKS).split())
    words -= {*LISTS, *ENVIRONMENTS, *SUFFIXES}
    system = next((name for name, known in _SYSTEMS.items() if words & known), "")
    for purpose, known in (
        ("tool", _TOOL),
        ("documentation", _DOCUMENTATION),
        ("examples", _EXAMPLES),
        ("development", _DEVELOPMENT),
        ("variant", _VARIANT),
    ):
        if words & known:
            return purpose, system
    if any(_is_version(word) for word in words):
        return "variant", system
    return "run", system


def _is_version(word: str) -> bool:
    """``py310``, ``python3``, ``cu118``, ``numpy2``: one of several."""
    stem = word.rstrip("0123456789")
    return stem != word and stem in ("py", "python", "cu", "cuda", "cp", "numpy", "np", "pandas", "torch", "tf")
