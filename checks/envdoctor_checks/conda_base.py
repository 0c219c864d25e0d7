"""Is the base environment kept for conda itself?"""

import shlex
from collections.abc import Iterator

from envdoctor.api import (
    CONDA,
    NAME,
    Conda,
    CondaBase,
    Evidence,
    Finding,
    Manual,
    Missing,
    NotApplicable,
    Patient,
    Rule,
    Run,
    Severity,
    check,
    is_a,
    known,
    megabytes,
    table,
)

CON005 = Rule("CON005", "bloated-base", Severity.WARNING, guide=("rec-5", "repro-4"), varies=(Severity.INFO,))
CON006 = Rule("CON006", "base-in-use", Severity.INFO, guide=("rec-5", "repro-2"))
CON014 = Rule("CON014", "old-conda", Severity.INFO, guide=("pkg-6",))

# Where the image is the environment.
IMAGES = ("container", "colab", "kaggle", "jupyterhub", "databricks")
MANY = 5
SHOWN = 12


def _base(conda: Conda, patient: Patient) -> None:
    if not conda.is_base:
        raise NotApplicable("not the base environment")
    image = next((overlay for overlay in patient.overlays if overlay in IMAGES), None)
    made_here = isinstance(conda.base, CondaBase) and conda.base.younger_than_container
    if image and not (image == "container" and made_here):
        raise NotApplicable(f"in this {image} the image is the environment")


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


@check(CON005)
def bloated_base(conda: Conda, patient: Patient, level: str) -> Iterator[Finding]:
    """Counted is what was asked for after the installer; what came along is told, and does not count."""
    _base(conda, patient)
    if conda.base is None:
        raise NotApplicable("not the base environment")
    base = known(conda.base)
    asked = [] if isinstance(base.requested, Missing) else list(base.requested)
    if not asked and not base.pip:
        known(base.requested)
        return
    scientific = set(table("conda")["scientific"]["names"]) & {*asked, *base.pip}
    much = len(asked) + len(base.pip) >= MANY or bool(scientific)
    yield Finding(
        CON005,
        "base",
        tuple(_evidence(conda, base, asked)),
        _title(base, asked),
        "base is what conda itself runs in: whatever is put there narrows what conda can be updated to, and a "
        "conflict there breaks conda for every environment.",
        severity=Severity.WARNING
        if much and not (conda.flavour == "anaconda" and level == "beginner")
        else Severity.INFO,
        remedies=_remedies(conda, base, asked),
    )


def _title(base: CondaBase, asked: list[str]) -> str:
    parts = []
    if asked:
        along = (
            f", {len(base.added) - len(asked)} came along"
            if isinstance(base.added, list) and len(base.added) > len(asked)
            else ""
        )
        size = f" ({megabytes(base.added_bytes)})" if isinstance(base.added_bytes, int) and base.added_bytes else ""
        parts.append(f"{len(asked)} asked for{along}{size}")
    if base.pip:
        parts.append(f"{len(base.pip)} put there by pip")
    return f"packages have been put into base: {'; '.join(parts)}"


def _evidence(conda: Conda, base: CondaBase, asked: list[str]) -> Iterator[Evidence]:
    yield Evidence("base", f"{conda.root_prefix} ({conda.flavour})")
    if asked:
        yield Evidence("asked for", _some(asked))
    along = [name for name in base.added if name not in asked] if isinstance(base.added, list) else []
    if along:
        yield Evidence("came along", _some(along))
    if base.pip:
        yield Evidence("by pip", _some(base.pip))
    yield Evidence("the installer's own", base.initial_source or "not known, and not counted")
    if base.frozen:
        yield Evidence("frozen", f"{conda.root_prefix}/conda-meta/frozen (CEP 22)")


def _remedies(conda: Conda, base: CondaBase, asked: list[str]) -> tuple[Run | Manual, ...]:
    """An environment of its own first; base may be slimmed once that one works, by whoever froze it if it is frozen."""
    tool = conda.tool
    asked = [name for name in asked if is_a(CONDA, name)]
    pip = [name for name in base.pip if is_a(NAME, name)]
    here = ("--prefix", str(conda.root_prefix))  # another conda's base may answer to the name
    packages = (*asked, *(("pip",) if pip else ())) if asked else ("python", "pip")
    there = ((tool, "run", "--name", "work", "python", "-m", "pip", "install", *pip),) if pip else ()
    away: list[tuple[str, ...]] = []
    back = []
    if pip:
        away.append((tool, "run", *here, "python", "-m", "pip", "uninstall", "--yes", *pip))
        back.append(shlex.join((tool, "run", *here, "python", "-m", "pip", "install", *pip)))
    if asked:
        away.append((tool, "remove", *here, *asked))
        back.append(shlex.join((tool, "install", *here, *asked)))
    apart = Run(
        "make an environment of its own for them",
        (tool, "create", "--name", "work", *packages),
        reason="it downloads them again; base stays as it is",
        undo=f"{tool} env remove --name work",
        then=there,
    )
    if base.frozen:
        return (apart, Manual("base is frozen: leave it to whoever froze it to take them out"))
    return (
        apart,
        Run(
            "slim base, once the new environment works",
            away[0],
            reason="scripts that rely on base lose these packages; read the plan before you agree",
            undo="; ".join(reversed(back)),
            then=tuple(away[1:]),
        ),
    )


@check(CON006)
def base_in_use(conda: Conda, patient: Patient) -> Iterator[Finding]:
    _base(conda, patient)
    yield Finding(
        CON006,
        "base",
        (Evidence("prefix", str(conda.root_prefix)), Evidence("chosen", patient.chosen)),
        "this is conda's base environment",
        "base holds conda itself. A project in an environment of its own can be deleted and made again; base can't.",
        remedies=(
            Run(
                "make an environment for the project",
                (conda.tool, "create", "--name", "work", "python"),
                reason="it downloads a Python",
                undo=f"{conda.tool} env remove --name work",
            ),
        ),
    )


@check(CON014)
def old_conda(conda: Conda) -> Iterator[Finding]:
    version = known(conda.version)
    if version is None:
        raise NotApplicable("no conda is installed")
    parts = tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:2])
    solver = conda.settings["solver"].value if "solver" in conda.settings else None
    if parts >= (23, 10) or (solver in ("libmamba", "rattler") and parts >= (22, 11)):
        return
    yield Finding(
        CON014,
        "conda",
        (Evidence("conda", f"{version} in {conda.root_prefix}"),),
        f"conda {version} still solves with its old, slow solver",
        "From 23.10 on conda uses libmamba's solver, which is many times faster.",
        remedies=(
            Run(
                "update conda",
                ("conda", "update", "--prefix", str(conda.root_prefix), "conda"),
                reason="it changes base; conda shows its plan first",
            ),
        ),
    )
