"""What the other distributions demand of one that is about to change: a cure for one must not hurt another."""

from collections.abc import Iterable, Sequence

from envdoctor.ecosystem.names import REQUIREMENT, is_a, normalise
from envdoctor.ecosystem.requirements import name_in
from envdoctor.ecosystem.versions import excludes_all, is_within, tightest
from envdoctor.facts import Distribution
from envdoctor.fixes.model import unmarked


def demands(key: str, distributions: Iterable[Distribution]) -> list[tuple[str, str]]:
    """(who, specifier) of all that require ``key`` with a specifier; those under a marker don't count."""
    found = []
    for item in distributions:
        for line in item.requires if isinstance(item.requires, list) else ():
            if ";" in line or normalise(name_in(line)) != key or not is_a(REQUIREMENT, line):
                continue
            if specifier := specifier_of(line):
                found.append((item.name, specifier))
    return found


def specifier_of(requirement: str) -> str:
    """The version part of a requirement; empty for a link."""
    rest = unmarked(requirement)[len(name_in(requirement)) :]
    if rest.startswith("["):
        rest = rest.partition("]")[2]
    return "" if rest.startswith("@") else rest.strip("()")


def joined(requirements: Sequence[str], distributions: Sequence[Distribution]) -> list[str]:
    """One requirement a distribution, with what all others demand of it: so that a resolver keeps to all of it."""
    heads: dict[str, str] = {}
    parts: dict[str, list[str]] = {}
    for requirement in map(unmarked, requirements):
        key = normalise(name_in(requirement))
        specifier = specifier_of(requirement)
        head = requirement[: len(requirement) - len(specifier)] if requirement.endswith(specifier) else requirement
        head = head.rstrip("(")
        heads[key] = max(heads.get(key, ""), head, key=len)  # the one that names an extra
        parts.setdefault(key, []).extend(part for part in specifier.split(",") if part)
    here = {item.key for item in distributions}
    staying = [item for item in distributions if item.key not in parts or not _replaced(item, parts[item.key])]
    for key in parts:
        if key in here:
            parts[key] += [part for _, specifier in demands(key, staying) for part in specifier.split(",")]
    return [head + ",".join(tightest(parts[key])) for key, head in heads.items()]


def _replaced(item: Distribution, asked: Sequence[str]) -> bool:
    """Whether another release takes its place, so that what this one requires is no matter."""
    return isinstance(item.version, str) and is_within(item.version, ",".join(asked)) is False


def contradictory(requirement: str) -> bool:
    """True where no version can satisfy all of the requirement's parts."""
    specifier = specifier_of(requirement)
    try:
        return "," in specifier and excludes_all(specifier)
    except ValueError:
        return False


def told_apart(requirement: str) -> str:
    """What is said where no version suits all."""
    return (
        f"no version of {name_in(requirement)} is within {specifier_of(requirement)}: install another version of one of "
        "those who ask for it"
    )
