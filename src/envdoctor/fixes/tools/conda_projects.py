"""A project whose environment is conda's: environment.yml, and conda-lock's file."""

from envdoctor.fixes.steps import Edit, Run, Step, run
from envdoctor.fixes.target import Target


def lock(target: Target) -> Run:
    listed = target.project_file("environment.yml")
    return run("conda-lock", "--file", listed, "--lockfile", target.project_path("conda-lock.yml"))


def update(target: Target, files: tuple[str, ...]) -> Run:
    """The lock that is not met, for a list would bring other versions; an environment.yml names an environment of its
    own: ``--prefix`` says which one is meant. Either way what is there besides stays."""
    kinds = {item.file: item.kind for item in (target.project.declarations if target.project else ())}
    for file in files:
        path = target.project_path(file)
        if kinds.get(file) == "conda-lock":
            return run("conda-lock", "install", "--prefix", target.prefix, path)
        if kinds.get(file) in ("explicit", "conda-list"):
            return run(*target.spoken(["conda", "install", "--prefix", target.prefix, "--file", path]))
    listed = [file for file in files if kinds.get(file) == "environment.yml"]
    file = target.project_path(listed[-1] if listed else files[0])
    return run("conda", "env", "update", "--prefix", target.prefix, "--file", file)


def export(target: Target) -> tuple[Step, ...]:
    """What is installed, with its channels and with pip's packages: names and versions, for any build of them.

    `--from-history` would leave out the channels, the Python and pip's packages. Where the environment lies on this
    machine (``prefix:``, and a ``name:`` that is a path) is nobody else's.
    """
    file = target.project_path("environment.yml")
    written = run("conda", "env", "export", "--no-builds", "--prefix", target.prefix, "--file", file)
    if target.linux:
        wrapped = (f"/^{key}: *$/{{N;/\\n *\\//d;}}" for key in ("name", "prefix"))  # a long path is on the next line
        scripts = (*wrapped, "/^prefix:/d", "/^name: *\\//d")
        return (written, run("sed", "-i", *(word for script in scripts for word in ("-e", script)), file))
    return (written, Edit(file, "delete `prefix:` with its path, and `name:` with it if a path stands there"))


def create(target: Target) -> Run:
    """The project's own list makes it, where there is one; the Python is of the version that it ran on."""
    folder = target.project_path(".conda")
    if listed := target.project_file("environment.yml"):
        return run("conda", "env", "create", "--prefix", folder, "--file", listed)
    python = f"python={target.minor}" if target.minor else "python"
    return run(*target.spoken(["conda", "create", "--prefix", folder, python]))
