"""CON022: The user may not change the environment."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Manual, NotApplicable, Prefix, Rule, Severity, check

CON022 = Rule("CON022", "environment-not-writable", Severity.INFO)


@check(CON022)
def environment_not_writable(prefix: Prefix) -> Iterator[Finding]:
    """A virtual environment as well as conda's; a Python that is no environment is the system's."""
    if not prefix.conda_meta and not isinstance(prefix.configuration, dict):
        raise NotApplicable("not an environment")
    if prefix.writable is not False:
        return
    owner = f" (it belongs to {prefix.owner})" if prefix.owner else ""
    yield Finding(
        CON022,
        prefix.path,
        (Evidence("owner", prefix.owner or "not known"), Evidence("you", "may read it, and not change it")),
        f"you may not change this environment{owner}: neither conda nor pip can install into it",
        "Such environments are shared: what is installed there, is there for all.",
        nothing_to_do="unless you need other packages.",
        remedies=(Manual("ask its owner, or make an environment of your own"),),
    )
