"""A project whose environment is conda's: environment.yml, and conda-lock's file."""

from envdoctor.ecosystem import paths
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target


def lock(target: Target) -> Run:
    listed = target.project_file("environment.yml")
    return run("conda-lock", "--file", listed, "--lockfile", target.project_path("conda-lock.yml"))


def update(target: Target, files: tuple[str, ...]) -> Run:
    """An environment.yml names an environment of its own: ``--prefix`` says which one is meant."""
    listed = [
        item.file
        for item in (target.project.declarations if target.project else ())
        if item.kind == "environment.yml" and item.file in files
    ]
    if not listed and files and paths.name(files[0]).endswith("conda-lock.yml"):
        return run("conda-lock", "install", "--prefix", target.prefix, target.project_path(files[0]))
    file = target.project_path(listed[-1] if listed else files[0])
    return run("conda", "env", "update", "--prefix", target.prefix, "--file", file)


def export(target: Target) -> Run:
    """The names that were asked for, without their builds."""
    return run("conda", "env", "export", "--from-history", "--prefix", target.prefix, "--file", "environment.yml")


def create(target: Target) -> Run:
    words = ["conda", "create", "--prefix", target.project_path(".conda"), "python"]
    return run(*target.spoken(words))
