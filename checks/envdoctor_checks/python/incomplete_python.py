"""PY015: This Python was compiled without standard modules that scientific programs need."""

from collections.abc import Iterator

from msgspec import Struct

from envdoctor.api import Evidence, Finding, InstallSystem, Interpreter, Manual, Rule, Severity, check, table

PY015 = Rule("PY015", "incomplete-python", Severity.WARNING)


class Module(Struct):
    """A row of the table: the module's ``name``, what it ``offers``, and the ``packages`` with its headers."""

    name: str
    offers: str
    packages: dict[str, tuple[str, ...]]


@check(PY015)
def incomplete_python(interpreter: Interpreter) -> Iterator[Finding]:
    rows = [row for row in table("compiled_modules", "modules", Module) if row.name in interpreter.absent]
    if not rows:
        return
    headers: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for manager, brought in row.packages.items():
            headers[manager] = tuple(dict.fromkeys((*headers.get(manager, ()), *brought)))
    names = ", ".join(row.name for row in rows)
    one = len(rows) == 1
    yield Finding(
        PY015,
        "python",
        (
            *(Evidence("missing", f"{row.name} ({row.offers})") for row in rows),
            Evidence("build", interpreter.build.partition("\n")[0]),
            Evidence("searched", interpreter.paths.get("stdlib", "the standard library")),
        ),
        f"Python {interpreter.version} was compiled without {'a standard module' if one else 'standard modules'}: {names}",
        "Python leaves a module out, with a short note, where the library's headers are missing when it is compiled "
        "(pyenv, asdf, mise and `make` do that). No package from an index can add it.",
        own_severity=Severity.ERROR if "_ctypes" in interpreter.absent or "zlib" in interpreter.absent else None,
        remedies=(
            InstallSystem(headers, title="install the headers, then build Python again"),
            Manual(
                f"build Python again with the headers in place (pyenv: `pyenv install --force {interpreter.version}`)"
            ),
        ),
    )
