"""PY016: A variable names a file or folder that programs need, and it is not there."""

from collections.abc import Iterator

from msgspec import Struct

from envdoctor.api import Evidence, Finding, Rule, Severity, UnsetEnv, Variables, check, table

PY016 = Rule("PY016", "variable-names-nothing", Severity.WARNING)


class FileNamed(Struct):
    """A row of the table: the variable's ``name``, the ``harm``, and the file that has to be in the folder (``holds``)."""

    name: str
    harm: str
    holds: str = ""


@check(PY016)
def variable_names_nothing(environment: Variables) -> Iterator[Finding]:
    for row in table("files_named", "variables", FileNamed):
        value = environment.gone.get(row.name)
        if value is None:
            continue
        missing = f"{value} (it has to hold {row.holds})" if row.holds else value
        yield Finding(
            PY016,
            row.name,
            (Evidence(row.name, missing),),
            f"{row.name} names {'a folder without ' + row.holds if row.holds else 'a file that is not there'}",
            f"While it is set, {row.harm}.",
            remedies=(UnsetEnv((row.name,), unless="what it names comes back"),),
        )
