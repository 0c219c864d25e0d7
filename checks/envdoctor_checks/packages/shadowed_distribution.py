"""PKG006: Two entries of `sys.path` hold a distribution of the same name, or something hides an editable installation."""

from collections.abc import Iterator

from envdoctor.api import (
    Distribution,
    Evidence,
    Finding,
    Manual,
    Missing,
    Packages,
    Path,
    Prefix,
    Rule,
    Severity,
    check,
    paths,
)
from envdoctor_checks.python._pythonpath import off_pythonpath

PKG006 = Rule(
    "PKG006", "shadowed-distribution", Severity.WARNING, guide=("repro-2",), varies=(Severity.ERROR, Severity.INFO)
)


@check(PKG006)
def shadowed_distribution(packages: Packages, prefix: Prefix, path: Path | Missing | None = None) -> Iterator[Finding]:
    """Of two distributions with one name on the path the first is imported, whatever the second is needed for."""
    first: dict[str, Distribution] = {}
    for distribution in packages.distributions:
        winner = first.setdefault(distribution.key, distribution)
        if paths.same(winner.location, distribution.location) or _worked_on(winner) or _worked_on(distribution):
            continue
        behind = distribution.owner is not None or not paths.inside(distribution.location, prefix.path)
        fine = "both are of one version" if winner.version == distribution.version else ""
        fine = "the system's or another environment's packages lie behind yours" if behind else fine
        yield Finding(
            PKG006,
            distribution.name,
            (
                Evidence("imported", f"{winner.name} {winner.version} in {winner.location}"),
                Evidence("behind it", f"{distribution.name} {distribution.version} in {distribution.location}"),
            ),
            f"{winner.name} {winner.version} hides {distribution.name} {distribution.version}",
            "Python imports the one that is first on sys.path; the other takes space, or is what you meant to use.",
            own_severity=Severity.INFO if fine else None,
            remedies=()
            if fine
            else off_pythonpath(winner.location, path)
            or (Manual(f"remove one of the two, {winner.path} or {distribution.path}"),),
            nothing_to_do=fine,
        )
    yield from _hidden_sources(packages)


def _hidden_sources(packages: Packages) -> Iterator[Finding]:
    """Editable installations whose modules a file or folder in front of them hides."""
    for distribution in packages.distributions:
        for module, culprit in packages.sources_hidden.get(distribution.path, {}).items():
            empty = not culprit.endswith(".py") and paths.name(culprit) == module
            yield Finding(
                PKG006,
                distribution.name,
                (Evidence("installed as", f"{distribution.path} (editable)"), Evidence("imported", culprit)),
                f"{culprit} hides the editable installation of {distribution.name}: `import {module}` takes it",
                "Python takes what lies on sys.path before it asks for the place of an editable installation. A folder "
                "without __init__.py counts, too: it becomes an empty package, and nothing can be imported from it."
                if empty
                else "Python takes what lies in front on sys.path: what you change in the source has no effect.",
                own_severity=Severity.ERROR,
                remedies=(
                    Manual(
                        f"look into {culprit}: if it was left behind by an earlier installation, move it away; "
                        f"otherwise rename it, or the package {module}"
                    ),
                ),
            )


def _worked_on(distribution: Distribution) -> bool:
    """A project's own folder, or an editable installation that points at it: two records of one thing."""
    leaf = paths.name(distribution.location)
    return distribution.editable or leaf not in ("site-packages", "dist-packages")
