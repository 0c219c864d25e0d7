"""The file in the project that findings are pinned to: CI services want a place for everything."""

from envdoctor.facts import Project
from envdoctor.report.report import Report

PREFERRED = (
    "pyproject.toml",
    "environment.yml",
    "environment.yaml",
    "pixi.toml",
    "requirements.txt",
    "uv.lock",
    "poetry.lock",
)


def anchor(report: Report) -> str:
    """A file of the project, relative to its root; empty where the project has none that is known to exist."""
    project = report.facts.project
    if not isinstance(project, Project):
        return ""
    files = [declaration.file for declaration in project.declarations]
    if project.evidence and "/" not in project.evidence and "." in project.evidence.lstrip("."):
        files.append(project.evidence)  # the file that makes it a project, such as setup.py
    return next((name for name in PREFERRED if name in files), files[0] if files else project.file or "")
