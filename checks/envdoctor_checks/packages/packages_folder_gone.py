"""PKG012, PKG013: What packages consist of is gone as a whole, or may not be read by this user."""

from collections.abc import Iterator

from envdoctor.api import (
    Evidence,
    Finding,
    Manual,
    Missing,
    Obstacle,
    Packages,
    Prefix,
    Recreate,
    Remedy,
    Rule,
    Severity,
    check,
    paths,
)
from envdoctor_checks.packages._evidence import named

PKG012 = Rule("PKG012", "packages-folder-gone", Severity.ERROR, guide=("repro-1",))
PKG013 = Rule("PKG013", "packages-not-readable", Severity.ERROR, varies=(Severity.WARNING,))
FILES = ("METADATA", "RECORD", "INSTALLER")
FOLDER = ".dist-info"


@check(PKG012, PKG013)
def packages_folder_gone(prefix: Prefix, packages: Packages | Missing | None = None) -> Iterator[Finding]:
    """What bars the way in one folder, for one reason, is one finding."""
    groups: dict[tuple[str, str, bool], list[Obstacle]] = {}
    for item in prefix.obstacles:
        if item.state == "gone":
            yield _gone(item)
        else:
            groups.setdefault((item.path, item.state, False), []).append(item)
    for item in packages.obstacles if isinstance(packages, Packages) else ():
        if item.state != "gone":
            is_metadata = paths.name(item.path) in FILES or item.path.endswith(FOLDER)
            groups.setdefault((paths.parent(item.path), item.state, is_metadata), []).append(item)
    for (_, state, is_metadata), items in groups.items():
        yield _barred(items, state, is_metadata)


def _gone(item: Obstacle) -> Finding:
    return Finding(
        PKG012,
        item.path,
        (Evidence("folder", item.path), Evidence("the system says", item.reason)),
        f"the folder that this Python takes its packages from is gone: {item.path}",
        "This Python starts, and finds no package. Where old files are deleted by themselves (scratch disks), an environment "
        "is lost that way.",
        remedies=(Recreate(title="make the environment again, in place"),),
    )


def _barred(items: list[Obstacle], state: str, is_metadata: bool) -> Finding:
    first = items[0]
    names = list(dict.fromkeys(name for item in items for name in item.needed_by))
    whose = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    seen = [*named("path", [item.path for item in items]), Evidence("the system says", first.reason)]
    if first.mode:
        seen.append(Evidence("mode", f"{first.mode}, owner {first.owner}"))
    if whose:
        seen.append(Evidence("part of", whose))
    where = "" if _is_library(first.path) else ", where the packages are"
    more = f" and {len(items) - 1} more" if len(items) > 1 else ""
    title = f"{first.path}{more} can't be read" if state == "failing" else f"you may not read {first.path}{more}"
    return Finding(
        PKG013,
        whose or first.path,
        tuple(seen),
        f"{title}{f': part of {whose}' if whose else where}",
        "What it says of the package is not known; pip can't judge, upgrade or remove it."
        if is_metadata
        else "What is linked to a library that can't be read does not load: the import fails, at the latest when the "
        "system has it no longer in memory."
        if _is_library(first.path)
        else "Python treats a folder that it may not read as an empty one: the import fails, or brings a package without "
        "contents.",
        own_severity=Severity.WARNING if is_metadata else None,
        remedies=(_cure(first, state),),
    )


def _is_library(path: str) -> bool:
    name = paths.name(path)
    return name.endswith((".so", ".pyd", ".dll", ".dylib")) or ".so." in name


def _cure(item: Obstacle, state: str) -> Remedy:
    if state == "failing":
        return Manual("find out why the disk or network folder fails, and copy to another place what can still be read")
    if item.mine:
        return Manual(f"give yourself the right: `chmod -R u+rX` on {item.path}")
    who = item.owner or "its owner"
    return Manual(
        f"ask {who} to run `chmod -R a+rX` on {item.path}; after `umask 022` the next installation is readable at once"
    )
