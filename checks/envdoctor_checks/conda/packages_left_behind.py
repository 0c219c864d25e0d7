"""CON021: Python has become another minor version, and what pip had installed stayed in the old one's folder."""

from collections.abc import Iterator

from envdoctor.api import (
    NAME,
    VERSION,
    BringAlong,
    Conda,
    Evidence,
    Finding,
    Manual,
    Remedy,
    Rule,
    Severity,
    check,
    is_a,
    paths,
)
from envdoctor_checks.conda._records import conda_records, unread

CON021 = Rule("CON021", "packages-left-behind", Severity.WARNING, guide=("pkg-8",))


@check(CON021)
def packages_left_behind(conda: Conda) -> Iterator[Finding]:
    python = next((record.version for record in conda_records(conda) if record.name == "python"), "")
    for folder, names in conda.left_behind.items():
        old = paths.name(paths.parent(folder)).removeprefix("python")
        yield Finding(
            CON021,
            f"packages of Python {old}",
            (Evidence(folder, ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")),),
            f"{_listed(names)} {'is' if len(names) == 1 else 'are'} left behind in the folder of Python {old}: "
            f"Python {python} does not see {'it' if len(names) == 1 else 'them'}",
            "conda brings its own packages along when Python becomes another minor version; what pip installed stays "
            "where it was.",
            remedies=(_again(folder, names),),
        )
    unread(conda)


def _listed(names: list[str]) -> str:
    shown = [name.partition(" ")[0] for name in names[:3]]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _again(folder: str, names: list[str]) -> Remedy:
    wanted, here, elsewhere = [], [], []
    for item in names:
        name, _, version = item.partition(" ")
        if is_a(NAME, name) and is_a(VERSION, version):
            wanted.append(f"{name}=={version}")
            here.append(item)
        else:
            elsewhere.append(item.partition(" ")[0])
    if not wanted:
        origins = ", ".join(item.partition(" @ ")[2] for item in names if " @ " in item)
        return Manual(f"install them again with pip, from {origins}" if origins else "install them again with pip")
    more = "" if elsewhere else ", and delete the old folder"
    return BringAlong(folder, tuple(wanted), f"install {_listed(here)} for this Python{more}", tuple(elsewhere))
