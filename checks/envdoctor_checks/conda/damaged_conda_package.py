"""CON008: Files of a package are gone, or have another size than when they were packed."""

from collections.abc import Iterator

from envdoctor.api import (
    Conda,
    CondaDamage,
    CondaRecord,
    Evidence,
    Finding,
    Install,
    Rule,
    Severity,
    UnknownFact,
    check,
    known,
    paths,
    plural,
)
from envdoctor_checks.conda._records import conda_records, unread

CON008 = Rule(
    "CON008", "damaged-conda-package", Severity.ERROR, guide=("repro-1",), varies=(Severity.WARNING, Severity.INFO)
)
COMMANDS = ("bin", "Scripts", "condabin")


@check(CON008)
def damaged_package(conda: Conda) -> Iterator[Finding]:
    """A package that pip has been over is CON007's: there other files are to be expected."""
    records = {record.name: record for record in conda_records(conda)}
    explained = {overlap.package for overlap in known(conda.overlaps)}
    damaged = [item for item in known(conda.damaged) if item.package not in explained]
    for item in damaged:
        if item.severe and (record := records.get(item.package)) is not None:
            yield _damage(item, record)
    slimmed = [item for item in damaged if not item.severe]
    if slimmed:
        files = [f"{path}: {what}" for item in slimmed for path, what in item.minor.items()]
        yield Finding(
            CON008,
            "files that no code needs",
            tuple(
                Evidence(item.package, f"{plural(item.count, 'file')}, such as {next(iter(item.minor))}")
                for item in slimmed[:8]
            ),
            f"{_gone(slimmed)}: none of them code",
            f"Documentation, tests, headers and the like ({files[0]}); slimmed images leave them out.",
            own_severity=Severity.INFO,
            nothing_to_do="unless you need them.",
        )
    unread(conda)
    if conda.unhashed:
        reasons = [f"{path}: {why}" for path, why in conda.unhashed.items()]
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        raise UnknownFact(f"files can't be read: {'; '.join(reasons[:3])}{more}")


def _gone(items: list[CondaDamage]) -> str:
    count = sum(item.count for item in items)
    return f"{plural(count, 'file')} of {plural(len(items), 'package')} {'is' if count == 1 else 'are'} gone"


def _damage(item: CondaDamage, record: CondaRecord) -> Finding:
    shown = [Evidence(path, what) for path, what in item.severe.items()]
    if item.count > len(shown):
        shown.append(Evidence("in all", f"{item.count} files"))
    again = Install((f"{item.package}=={record.version}",), force=True, title=f"reinstall {item.package}", conda=True)
    if item.package != "python" and all(paths.parent(path) in COMMANDS for path in item.severe):
        names = [paths.name(path) for path in item.severe]
        more = f" and {item.count - 1} more files" if item.count > 1 else ""
        return Finding(
            CON008,
            item.package,
            tuple(shown),
            f"a command of {item.package} is gone: {names[0]}{more}",
            "Python can still import the package; the command itself can't be started any more.",
            own_severity=Severity.WARNING,
            remedies=(again,),
        )
    return Finding(
        CON008,
        item.package,
        tuple(shown),
        f"files of {item.package} are not as conda installed them: {next(iter(item.severe))} "
        f"({next(iter(item.severe.values()))})",
        "Code or a library of the package is missing or was changed after it was installed: what it does now nobody "
        "has tested.",
        remedies=(again,),
    )
