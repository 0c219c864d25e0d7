"""PKG004: A distribution's `RECORD` lists an extension, a shared library or a package's `__init__.py` that is gone or
cut off; of the packages that science rests on, any module."""

from collections.abc import Iterator

from envdoctor.api import Distribution, Evidence, Finding, Install, Packages, Rule, Severity, UnknownFact, check
from envdoctor_checks.packages._evidence import named

PKG004 = Rule("PKG004", "missing-files", Severity.ERROR, guide=("repro-1",))


@check(PKG004)
def missing_files(packages: Packages) -> Iterator[Finding]:
    """Altered files are known where somebody has compared them (``--deep``)."""
    by_path = {distribution.path: distribution for distribution in packages.distributions}
    altered = packages.altered_files or {}
    short = packages.cut_off_files
    for path in dict.fromkeys([*packages.missing_files, *short, *altered]):
        if (distribution := by_path.get(path)) is None:
            raise UnknownFact(f"files are gone of a package at {path}, which is not known")
        gone, cut_off = packages.missing_files.get(path, []), short.get(path, [])
        changed = [file for file in altered.get(path, []) if file not in cut_off]
        told = [_count(gone, distribution, "gone")] if gone else []
        told += [_count(cut_off, distribution, "empty or cut off")] if cut_off else []
        told += [_count(changed, distribution, "not as installed")] if changed else []
        version = f"=={distribution.version}" if isinstance(distribution.version, str) else ""
        yield Finding(
            PKG004,
            distribution.name,
            (
                Evidence("installed by", distribution.installer or "unknown"),
                Evidence("folder", distribution.location),
                *named("gone", gone),
                *named("shorter than installed", cut_off),
                *named("altered", changed),
            ),
            "; ".join(told),
            "RECORD lists what was installed; without these files the package can't be imported, or lacks a part."
            if gone or cut_off
            else "RECORD holds the hash of each file as it was released; what the code does now nobody has tested.",
            remedies=(Install((f"{distribution.name}{version}",), force=True),),
        )

    if packages.unread_files:
        reasons = list(packages.unread_files.values())
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        raise UnknownFact(f"files can't be read: {'; '.join(reasons[:3])}{more}")


def _count(files: list[str], distribution: Distribution, what: str) -> str:
    one = len(files) == 1
    return (
        f"{len(files)} {'file' if one else 'files'} of {distribution.name} {distribution.version} "
        f"{'is' if one else 'are'} {what}: {files[0]}{'' if one else ' …'}"
    )
