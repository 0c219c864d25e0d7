"""Variables that last: set whenever the environment is used, by what the tool that made it offers."""

from collections.abc import Mapping

from envdoctor.ecosystem.origins import OriginKind
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.target import Target


def keep(bedside: Target, variables: Mapping[str, str], title: str) -> Fix:
    """conda and pixi keep variables with an environment; a venv has its activation script, anything else its start."""
    words = title or "keep it with the environment"
    if bedside.kind is OriginKind.PIXI:
        from envdoctor.fixes.tools import pixi

        return pixi.keep(bedside, variables, words)
    if bedside.conda and bedside.conda_command() == "conda":
        from envdoctor.fixes.tools import conda

        return conda.keep(bedside, variables, words)
    if bedside.environment and not bedside.windows and not bedside.conda:
        from envdoctor.fixes.tools import python

        return python.keep(bedside, variables, words)
    pairs = " ".join(f"{name}={value}" for name, value in variables.items())
    where = "where the program is started (job script, service)"
    return Fix(title=f"{words}: set {pairs} {where}", steps=(), applicability=Applicability.MANUAL)
