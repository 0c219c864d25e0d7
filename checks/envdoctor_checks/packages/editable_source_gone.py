"""PKG010: An editable installation takes its modules from a folder that is gone."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Manual, Packages, Rule, Severity, check
from envdoctor_checks.packages._evidence import named

PKG010 = Rule("PKG010", "editable-source-gone", Severity.ERROR, guide=("repro-1",))


@check(PKG010)
def editable_source_gone(packages: Packages) -> Iterator[Finding]:
    for distribution in packages.distributions:
        gone = packages.sources_gone.get(distribution.path)
        if not gone:
            continue
        yield Finding(
            PKG010,
            distribution.name,
            (Evidence("installed as", f"{distribution.path} (editable)"), *named("gone", gone)),
            f"{distribution.name} is installed in editable mode, and its source folder is gone: {gone[0]}",
            "pip lists the package as installed, but Python finds no module of it: the folder was moved, renamed or "
            "deleted after the installation.",
            remedies=(
                Manual(
                    f"move the source back, or install {distribution.name} again from where it lies now "
                    "(`pip install -e FOLDER`); if it is not needed, uninstall it"
                ),
            ),
        )
