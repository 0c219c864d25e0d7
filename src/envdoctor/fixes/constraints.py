"""What the other distributions demand of one that is about to change: a cure for one must not hurt another."""

from collections.abc import Iterable, Sequence

from envdoctor.facts import Distribution
from envdoctor.fixes.model import name_of, unmarked
from envdoctor.names import normalise


def demands(key: str, distributions: Iterable[Distribution]) -> list[tuple[str, str]]:
    """(who, specifier) of every distribution that requires ``key`` with a specifier; extras and markers don't count."""
    found = []
    for item in distributions:
        for line in item.requires if isinstance(item.requires, list) else ():
            if ";" not in line and normalise(name_of(line)) == key and (specifier := _specifier(line)):
                found.append((item.name, specifier))
    return found


def _specifier(line: str) -> str:
    rest = unmarked(line)[len(name_of(line)) :]
    if rest.startswith("["):
        rest = rest.partition("]")[2]
    return "" if rest.startswith("@") else rest.strip("()")


def joined(requirement: str, distributions: Sequence[Distribution]) -> str:
    """The requirement with what others demand of the same distribution added, so that a resolver keeps to all of it."""
    key = normalise(name_of(requirement))
    own = _specifier(requirement)
    if not any(item.key == key for item in distributions):
        return unmarked(requirement)
    parts = [part for part in own.split(",") if part]
    for _, specifier in demands(key, distributions):
        parts += [part for part in specifier.split(",") if part not in parts]
    head = unmarked(requirement)
    return head[: len(head) - len(own)] + ",".join(parts)


def contradictory(requirement: str) -> bool:
    """True where no version can satisfy all of the requirement's parts."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.version import InvalidVersion, Version

    try:
        specifiers = Requirement(requirement).specifier
    except InvalidRequirement:
        return False
    candidates = [Version("0"), Version("99999")]
    for specifier in specifiers:
        try:
            version = Version(specifier.version.removesuffix(".*"))
        except InvalidVersion:
            return False
        # A version can only be let in at a boundary, just above it, or just below it.
        release = list(version.release)
        candidates += [version, Version(".".join(map(str, [*release, 0, 1])))]
        below = [*release]
        while below and below[-1] == 0:
            below.pop()
        if below:
            candidates.append(Version(".".join(map(str, [*below[:-1], below[-1] - 1, 99999]))))
    return not any(specifiers.contains(candidate, prereleases=True) for candidate in candidates)
