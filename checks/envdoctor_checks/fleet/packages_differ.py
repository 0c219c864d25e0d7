"""FLT002: the machines have different packages, or different versions of them."""

from collections.abc import Iterator

from envdoctor.api import Finding, Fleet, Group, Install, Manual, Rule, Severity, check, minor_of, numbers, pattern
from envdoctor_checks.fleet._differences import Difference, differences, finding, listed, working

FLT002 = Rule("FLT002", "packages-differ", Severity.ERROR, varies=(Severity.WARNING, Severity.INFO))
# Every difference counts: they speak to one another (https://distributed.dask.org/en/stable/, "Version compatibility",
# and `distributed.versions.required_packages`).
EXACTLY = ("distributed", "dask", "cloudpickle", "msgpack")
BY_MINOR = ("pandas", "pyarrow", "scikit-learn", "numpy", "scipy", "mpi4py", "polars", "xarray", "zarr", "torch", "jax")
PLAIN = pattern(r"[0-9][0-9A-Za-z.+!-]*")


def _severity(difference: Difference) -> Severity:
    key = difference.what
    if key in EXACTLY:
        return Severity.ERROR
    values = [value for value in difference.values if PLAIN.match(value)]
    if key == "numpy" and len({numbers(value)[:1] for value in values}) > 1:
        return Severity.ERROR
    if key in BY_MINOR and (difference.absent or len({minor_of(value) for value in values}) > 1):
        return Severity.WARNING
    return Severity.INFO


@check(FLT002)
def packages_differ(fleet: Fleet) -> Iterator[Finding]:
    """Of one job, what its processes exchange must be the same; a client has packages of its own, which is no fault."""
    agree = (*EXACTLY, *BY_MINOR)
    found = {item.what: item for item in differences(fleet, "packages", working(fleet))}
    if len(working(fleet)) < len(fleet.groups):
        between = differences(fleet, "packages", only=lambda what: what in agree)
        found |= {item.what: item for item in between if item.what not in found and not item.absent}
    keys = set(found)
    conda = [item for item in differences(fleet, "conda", working(fleet)) if item.what not in keys]
    by: dict[Severity, list[Difference]] = {}
    for item in (*found.values(), *conda):
        severity = _severity(item) if fleet.one_job and item.section == "packages" else Severity.INFO
        by.setdefault(severity, []).append(item)
    for severity in (Severity.ERROR, Severity.WARNING):
        if rows := by.get(severity):
            yield finding(FLT002, severity, rows, f"packages differ: {listed(rows)}", _WHY, _cure(rows))
    if rows := by.get(Severity.INFO):
        yield finding(
            FLT002,
            Severity.INFO,
            rows,
            f"packages differ: {listed(rows)}",
            "Different versions can give different results; for machines that do different work that is as it should be.",
            nothing_to_do="unless the machines are meant to be equal",
        )


_WHY = (
    "What one machine sends, another must understand: objects of these packages are pickled on one and opened on the other. "
    "With different versions a task fails, or gives another result, only where it happens to run on such a machine."
)


def _cure(rows: list[Difference]) -> tuple[Install | Manual, ...]:
    """The commonest versions, installed on the others; where those run another Python, an environment that is made again."""
    words = Manual("Make the environment on these machines again, as on the others")
    keys = {item.what for item in rows}
    wanted = [
        f"{item.what}=={item.usual}"
        for item in rows
        if PLAIN.fullmatch(item.usual) and not (item.what == "dask" and "distributed" in keys)  # which brings its own
    ]
    pythons = {minor_of(group.sections["python"].get("version", "")) for item in rows for group in _all(item)}
    return (
        (Install(tuple(wanted), title="install the version of the others"), words)
        if wanted and len(pythons) == 1
        else (words,)
    )


def _all(item: Difference) -> list[Group]:
    return [group for groups in item.values.values() for group in groups]
