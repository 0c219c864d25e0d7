"""A project that PDM manages."""

from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target


def lock(target: Target) -> Run:
    return run("pdm", "lock", "--project", target.root)


def sync(target: Target) -> Run:
    return run("pdm", "sync", "--project", target.root)
