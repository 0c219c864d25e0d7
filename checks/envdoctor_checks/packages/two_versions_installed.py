"""PKG002: One folder of packages holds the metadata of two versions of a distribution (two `NAME-VERSION.dist-info`)."""

from collections.abc import Iterator

from envdoctor.api import Distribution, Evidence, Finding, Packages, Replace, Rule, Severity, check

PKG002 = Rule("PKG002", "two-versions-installed", Severity.ERROR, guide=("repro-1",))


@check(PKG002)
def two_versions_installed(packages: Packages) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[Distribution]] = {}
    for distribution in packages.distributions:
        if distribution.owner is None:
            groups.setdefault((distribution.location, distribution.key), []).append(distribution)
    for (location, _), group in groups.items():
        # A project worked on lies beside the egg-info of its own build: one thing, told twice.
        if len(group) < 2 or (group[0].kind != group[1].kind and len({str(item.version) for item in group}) == 1):
            continue
        name = group[0].name
        versions = " and ".join(str(item.version) for item in group)
        yield Finding(
            PKG002,
            name,
            (
                Evidence("folder", location),
                *(Evidence("metadata", f"{item.path} ({item.installer or 'installer unknown'})") for item in group),
            ),
            f"{name} is installed twice in one folder: {versions}",
            "The files of one lie over those of the other; pip, importlib.metadata and the import system may see "
            "different versions, and an upgrade or removal takes only one of them away.",
            remedies=(
                # A removal takes one of them away.
                Replace(
                    (name,) * len(group),
                    (name,),
                    title=f"remove {name} as often as it is installed, then install it once",
                ),
            ),
        )
