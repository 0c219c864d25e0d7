"""Lists of conda packages, a package a line: `conda list --explicit`, `conda list --export`, conda-lock's rendered locks.

Source: https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html#building-identical-conda-environments
"""

from envdoctor.ecosystem.names import normalise
from envdoctor.facts.project import Locked
from envdoctor.probe.project.specs import Broken, of_package_url, quoted


def sniff(text: str) -> str:
    """``explicit``, ``conda-list`` or nothing: by what only these have."""
    if any(line.strip() == "@EXPLICIT" for line in text.splitlines()[:200]):
        return "explicit"
    rows = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    exported = bool(rows) and all(_exported(row) for row in rows[:20])
    return "conda-list" if exported and ("$ conda create" in text[:400] or len(rows) > 1 or "=pypi_" in text) else ""


def _exported(row: str) -> bool:
    """Whether a row is ``name=version=build``."""
    parts = row.split("=")
    return len(parts) == 3 and all(parts) and not set(row) & set(" <>~!;[@")


def packages(text: str) -> tuple[list[Locked], list[str]]:
    """The packages, and the platforms that they are for. Raises `Broken` with the line."""
    found: list[Locked] = []
    platforms: dict[str, None] = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("# platform:"):
            platforms[line.partition(":")[2].strip()] = None
        elif line.startswith("# pip "):  # conda-lock's way to keep what is pip's
            name, _, url = line[6:].partition(" @ ")
            _, version, _ = of_package_url(url.split()[0] if url.split() else "")
            found += _row(name.strip(), version, "", number, "pip")
        elif line and not line.startswith(("#", "@")):
            name, version, build = of_package_url(line.partition("#")[0]) if "/" in line else _parts(line)
            if not name:
                raise Broken(number, f"{quoted(line)}: not a conda package")
            if "/" in line:
                platforms |= dict.fromkeys([line.partition("#")[0].split("/")[-2]])
            found += _row(name, version, build, number, "pip" if build.startswith("pypi") else "conda")
    return found, [name for name in platforms if name not in ("", "noarch")]


def _parts(line: str) -> tuple[str, str, str]:
    name, _, rest = line.partition("=")
    version, _, build = rest.strip("=").partition("=")
    return name.strip(), version.strip(), build.strip()


def _row(name: str, version: str, build: str, line: int, manager: str) -> list[Locked]:
    if not name or not version:
        return []
    key = normalise(name)
    return [Locked(name=name, key=key, version=version, line=line, manager=manager, build=build)]
