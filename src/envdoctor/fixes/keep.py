"""Variables that last: set whenever the environment is used, by what the tool that made it offers."""

from collections.abc import Mapping

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Edit, run
from envdoctor.fixes.target import Target


def keep(bedside: Target, variables: Mapping[str, str], title: str) -> Fix:
    """conda and pixi keep variables with an environment; a venv has its activation script, anything else its start."""
    words = title or "keep it with the environment"
    pairs = [f"{name}={value}" for name, value in variables.items()]
    if bedside.kind is OriginKind.PIXI:
        lines = "\n".join(f'{name} = "{value}"' for name, value in variables.items())
        edit = Edit(bedside.project_path("pixi.toml"), f"[activation.env]\n{lines}")
        return Fix(title=words, steps=(edit,), applicability=Applicability.MANUAL)
    if bedside.conda and bedside.conda_command() == "conda":
        # https://docs.conda.io/projects/conda/en/stable/commands/env/config/vars/set.html
        command = ["conda", "env", "config", "vars"]
        return Fix(
            title=f"{words}; it holds from the next activation on",
            steps=(run(*command, "set", "--prefix", bedside.prefix, *pairs),),
            applicability=Applicability.SAFE,
            undo=bedside.shell.run([*command, "unset", "--prefix", bedside.prefix, *variables]),
        )
    if bedside.environment and not bedside.windows and not bedside.conda:
        change = f"at the end: export {' '.join(pairs)}"
        edit = Edit(paths.join(paths.scripts(bedside.prefix), "activate"), change)
        return Fix(
            title=f"{words}; it holds where the environment is activated",
            steps=(edit,),
            applicability=Applicability.MANUAL,
        )
    where = "where the program is started (job script, service, profile)"
    return Fix(title=f"{words}: set {' '.join(pairs)} {where}", steps=(), applicability=Applicability.MANUAL)
