"""CON005: Packages have been put into the base environment that neither came with the installer nor belong to conda
and its tooling.
"""

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
    NewEnvironment,
    NotApplicable,
    OriginKind,
    Packages,
    Patient,
    Prefix,
    Remedy,
    Rule,
    Severity,
    SlimBase,
    check,
    is_a,
    known,
    listed,
    megabytes,
    paths,
)
from envdoctor_checks.conda._base import require_base
from envdoctor_checks.conda._records import by_hand, from_elsewhere

CON005 = Rule("CON005", "bloated-base", Severity.WARNING, guide=("rec-5", "repro-4"), varies=(Severity.INFO,))
MANY = 5
LEAST = 100_000  # bytes; less is 0.0 MB, or nearly
SHOWN = 12


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


@check(CON005)
def bloated_base(
    conda: Conda, patient: Patient, prefix: Prefix, level: str, packages: Packages | Missing | None = None
) -> Iterator[Finding]:
    """Counted is what was asked for after the installer; what came along is told, and does not count."""
    require_base(conda, patient)
    if conda.base is None:
        raise NotApplicable("not the base environment")
    base = known(conda.base)
    asked = [] if isinstance(base.requested, Missing) else list(base.requested)
    if not asked and not base.pip:
        known(base.requested)
        return
    scientific = listed("conda", "scientific") & {*asked, *base.pip}
    much = len(asked) + len(base.pip) >= MANY or bool(scientific)
    yield Finding(
        CON005,
        "base",
        tuple(_evidence(conda, base, asked)),
        _title(base, asked),
        "base is what conda itself runs in: whatever is put there narrows what conda can be updated to, and a "
        "conflict there breaks conda for every environment.",
        own_severity=Severity.WARNING
        if much and not (conda.flavour == OriginKind.ANACONDA and level == "beginner")
        else Severity.INFO,
        remedies=_remedies(base, asked, set(from_elsewhere(prefix, packages))),
    )


def _title(base: CondaBase, asked: list[str]) -> str:
    parts = []
    if asked:
        along = (
            f", {len(base.added) - len(asked)} came along"
            if isinstance(base.added, list) and len(base.added) > len(asked)
            else ""
        )
        added = base.added_bytes if isinstance(base.added_bytes, int) else 0
        size = f" ({megabytes(added)})" if added >= LEAST else ""
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
        yield Evidence("frozen", paths.join(conda.root_prefix or "", "conda-meta/frozen (CEP 22)"))


def _remedies(base: CondaBase, asked: list[str], elsewhere: set[str]) -> tuple[Remedy, ...]:
    """An environment of its own first; base may be slimmed once that one works, by whoever froze it if it is frozen."""
    asked = [name for name in asked if is_a(CONDA, name)]
    pip = [name for name in base.pip if is_a(NAME, name) and name not in elsewhere]
    left = by_hand([name for name in base.pip if name in elsewhere])
    packages = (*asked, *(("pip",) if pip else ())) if asked else ("python", "pip")
    apart = NewEnvironment(
        "make an environment of its own for them",
        name="work",
        packages=packages,
        pip=tuple(pip),
        reason=f"it downloads them again; base stays as it is{left}",
    )
    if base.frozen:
        return (apart, Manual("base is frozen: the people who froze it have to take them out"))
    return (apart, SlimBase(tuple(asked), tuple(pip))) if asked or pip else (apart,)
