"""conda's own affairs: its configuration, its base, and what pip has put over its packages."""

import shlex
from typing import assert_never

from envdoctor.ecosystem import paths
from envdoctor.engine.remedies import Change, Configure, GiveBack, NewEnvironment, RewritePaths, SlimBase, UpdateConda
from envdoctor.facts import Conda
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Run, run
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.installers import Installer, Pip, Uv

LOOK = "look at what it does before you run it"


def carry_out(target: Target, errand: Configure | UpdateConda | SlimBase | GiveBack | RewritePaths) -> Fix:
    match errand:
        case Configure(title, changes, undo):
            steps = tuple(_said(target, *_config(target, change)) for change in changes)
            return Fix(title=title, steps=steps, applicability=Applicability.SAFE, undo=undo or _config_back(changes))
        case UpdateConda():
            return Fix(
                title="update conda",
                steps=(_said(target, "conda", "update", "--prefix", _root(target), "conda"),),
                applicability=Applicability.UNSAFE,
                reason="it changes base; conda shows its plan first",
            )
        case SlimBase(conda, pip):
            return _slimmed(target, conda, pip)
        case GiveBack():
            return _given_back(target, errand)
        case RewritePaths():
            unpack = run(paths.script(target.facts.prefix.path, "conda-unpack"))
            return Fix(
                title="let conda-pack rewrite the paths",
                steps=(unpack,),
                applicability=Applicability.UNSAFE,
                reason=LOOK,
            )
        case _:
            assert_never(errand)


def new_environment(target: Target, errand: NewEnvironment) -> Fix:
    """An environment of conda's by its name, from its usual channels or from those named alone."""
    tool = _tool(target)
    # pixi has no environments by name: conda's words are what its users know, too.
    create = ["conda" if tool == "pixi" else tool, "create", "--name", errand.name]
    if errand.channels:
        strict = ["--strict-channel-priority"] if tool == "conda" else []
        create += ["--override-channels", *(w for name in errand.channels for w in ("--channel", name)), *strict]
    pip = ["pip"] if errand.pip and "pip" not in errand.packages else []
    steps = [_said(target, *create, *errand.packages, *pip)]
    if errand.pip:
        steps.append(_said(target, tool, "run", "--name", errand.name, "python", "-m", "pip", "install", *errand.pip))
    return Fix(
        title=errand.title,
        steps=tuple(steps),
        applicability=Applicability.UNSAFE,
        reason=errand.reason,
        undo=f"remove the environment {errand.name}, if it was not there before",
        patient=_named(target, errand.name),
    )


def _named(target: Target, name: str) -> str:
    """Where conda makes an environment of this name, unless its configuration says otherwise; empty: not known."""
    conda = _conda(target)
    return paths.join(conda.root_prefix, "envs", name) if conda and conda.root_prefix and conda.tool != "pixi" else ""


def _conda(target: Target) -> Conda | None:
    return target.facts.conda if isinstance(target.facts.conda, Conda) else None


def _tool(target: Target) -> str:
    conda = _conda(target)
    return conda.tool if conda else target.conda_command()


def _root(target: Target) -> str:
    conda = _conda(target)
    return str(conda.root_prefix) if conda else target.prefix


def _said(target: Target, *words: str) -> Run:
    """In the words of the program at hand."""
    return run(*target.spoken(list(words)))


def _config(target: Target, change: Change) -> tuple[str, ...]:
    """``conda config`` has options where micromamba has verbs."""
    place = ("--file", change.file) if change.file else ()
    value = () if change.verb == "remove-key" else (change.value,)
    if _tool(target) == "micromamba":
        verb = "prepend" if change.verb == "add" else change.verb
        return ("micromamba", "config", verb, *place, change.key, *value)
    return ("conda", "config", *place, f"--{change.verb}", change.key, *value)


def _config_back(changes: tuple[Change, ...]) -> str:
    added = [change for change in changes if change.verb == "add"]
    return "; ".join(f"conda config --remove {change.key} {change.value}" for change in added)


def _slimmed(target: Target, conda: tuple[str, ...], pip: tuple[str, ...]) -> Fix:
    """By its prefix: another conda's base may answer to the name."""
    tool, here = _tool(target), ("--prefix", _root(target))
    away, back = [], []
    if pip:
        inside = (tool, "run", *here, "python", "-m", "pip")
        away.append(_said(target, *inside, "uninstall", "--yes", *pip))
        back.append(shlex.join((*inside, "install", *pip)))
    if conda:
        away.append(_said(target, tool, "remove", *here, *conda))
        back.append(shlex.join((tool, "install", *here, *conda)))
    return Fix(
        title="slim base, once the new environment works",
        steps=tuple(away),
        applicability=Applicability.UNSAFE,
        reason="scripts that rely on base lose these packages; read the plan before you agree",
        undo="; ".join(reversed(back)),
    )


def _given_back(target: Target, errand: GiveBack) -> Fix:
    """pip's goes first: it would take conda's new files with it later."""
    prefix, conda = target.facts.prefix, _conda(target)
    records = conda.records if conda and isinstance(conda.records, list) else []
    if any(record.name == "pip" for record in records):
        installer: Installer = Pip(prefix.executable)
    else:
        installer = Uv(prefix.path)
    root, _, name = prefix.path.partition("/.pixi/envs/")
    place = ("--manifest-path", root, "--environment", name) if name else ()
    spec = f"{errand.package}=={errand.conda_version}" if errand.conda_version else errand.package
    tool = _tool(target)
    again = (
        ("pixi", "reinstall", *place, errand.package)
        if tool == "pixi"
        else (tool, "install", "--prefix", prefix.path, "--force-reinstall", spec)
    )
    away = [_said(target, *installer.remove([errand.distribution]).argv)] * (2 if errand.twice else 1)
    return Fix(
        title=f"take pip's {errand.distribution} away, then reinstall conda's {errand.package}",
        steps=(*away, _said(target, *again)),
        applicability=Applicability.UNSAFE,
        reason="between the two steps nothing of it is there, and conda may change other packages",
        undo=shlex.join(installer.install(f"{errand.distribution}=={errand.pip_version}").argv)
        if errand.pip_version
        else "",
    )
