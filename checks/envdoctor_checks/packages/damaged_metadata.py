"""PKG003: The `METADATA` of an installed distribution is missing, empty or not UTF-8, or its `entry_points.txt` is not
UTF-8.
"""

from collections.abc import Iterator

from envdoctor.api import Distribution, Evidence, Finding, Install, Packages, Recreate, Remedy, Rule, Severity, check
from envdoctor_checks.packages._evidence import SHOWN, named

PKG003 = Rule("PKG003", "damaged-metadata", Severity.WARNING, guide=("repro-1",))


@check(PKG003)
def damaged_metadata(packages: Packages) -> Iterator[Finding]:
    damaged: dict[str, list[Distribution]] = {}
    for distribution in packages.distributions:
        if distribution.problem is not None and distribution.owner is None:
            damaged.setdefault(distribution.location, []).append(distribution)
    for location, distributions in damaged.items():
        if len(distributions) <= SHOWN:
            for item in distributions:
                title = f"the metadata of {item.name} is damaged: {item.problem}"
                yield _damaged(item.name, (item,), title, [Evidence("metadata", item.path)])
        else:
            title = f"the metadata of {len(distributions)} distributions is damaged"
            rows = named("metadata", [f"{item.path}: {item.problem}" for item in distributions])
            yield _damaged(location, tuple(distributions), title, rows)


def _damaged(subject: str, distributions: tuple[Distribution, ...], title: str, rows: list[Evidence]) -> Finding:
    remedy: Remedy = Install(tuple(item.name for item in distributions), force=True)
    if len(distributions) > 20:
        remedy = Recreate(reason="so much is damaged that it is quicker than to mend it")
    return Finding(
        PKG003,
        subject,
        (*rows, Evidence("problem", distributions[0].problem or "")),
        title,
        "What it requires, and its version, can't be known: pip can neither judge, upgrade nor remove it properly.",
        remedies=(remedy,),
    )
