"""TOL004: At level beginner (`--level beginner`."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Install, NotApplicable, Packages, Path, Rule, Severity, check

TOL004 = Rule("TOL004", "no-editor", Severity.INFO, guide=("rec-2", "rec-3"))
EDITORS = ("jupyterlab", "spyder", "notebook")


@check(TOL004)
def no_editor(level: str, path: Path, packages: Packages) -> Iterator[Finding]:
    """For beginners: those who say so, and those whom an Anaconda installation tells."""
    if level != "beginner":
        raise NotApplicable("for beginners only")
    if path.editors or any(item.key in EDITORS for item in packages.distributions):
        return
    yield Finding(
        TOL004,
        "editor",
        (Evidence("looked for", "JupyterLab, Spyder, VS Code"),),
        "neither JupyterLab nor Spyder nor VS Code is here",
        "Notebooks to explore, an editor for scripts: one of them makes the beginning easier.",
        remedies=(Install(("jupyterlab",)),),
    )
