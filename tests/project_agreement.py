"""How far envdoctor reads projects as their own tools do: ``python -m tests.project_agreement`` writes
``docs/project-agreement.md``. pip, rattler, poetry-core, Poetry, PDM and Pipenv come from PyPI, each into a place of its own.

The digests of Poetry's and PDM's locks have tests of their own (``tests/probe/project/test_freshness.py``).
"""

import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from uv import find_uv_bin

from envdoctor.ecosystem.conda_specs import spec_of
from envdoctor.ecosystem.markers import plainly_within
from envdoctor.ecosystem.projects import ProjectModel
from envdoctor.ecosystem.versions import is_within, same_specifiers
from envdoctor.facts import Project
from envdoctor.probe.project.requirements_txt import parse
from envdoctor.probe.project.specs import Broken, poetry_specifier
from envdoctor.probe.project.whole import find
from envdoctor.probe.world import World
from tests.support.patients import clean_environ, write

DOCUMENT = Path(__file__).parent.parent / "docs" / "project-agreement.md"
SEED = 20261127
UV = find_uv_bin()


class Compared(NamedTuple):
    """``asked`` questions; ``unknown`` that envdoctor leaves open; ``alarms`` where it finds fault and the tool does not,
    ``misses`` where the tool alone does."""

    by: str
    asked: int
    unknown: int
    alarms: list[str]
    misses: list[str]


def ask(packages: str, code: str, question: object, cwd: Path | None = None) -> Any:
    """What Python code prints as JSON, run with packages of PyPI; the question is its standard input, as JSON."""
    withs = [word for package in packages.split() for word in ("--with", package)]
    argv = [UV, "run", "--quiet", "--no-project", "--python", sys.executable, *withs, "python", "-c", code]
    done = subprocess.run(
        argv, input=json.dumps(question), env=clean_environ(HOME=os.environ["HOME"]), cwd=cwd, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# Requirement lines, by pip itself.

PIP = """
import json, sys, tempfile, os, logging
logging.disable(logging.CRITICAL)
from importlib.metadata import version
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements
from pip._internal.req.constructors import install_req_from_parsed_requirement as made
told = []
for line in json.load(sys.stdin):
    name = os.path.join(tempfile.mkdtemp(), "requirements.txt")
    with open(name, "w") as file:
        file.write(line + "\\n")
    try:
        rows = [made(row) for row in parse_requirements(name, PipSession())]
        told.append([[row.name, str(row.req.specifier) if row.req and not row.link else None] for row in rows])
    except Exception as error:
        told.append(None)
print(json.dumps([version("pip"), told]))
"""
NAMES = ["numpy", "Sci_Py", "a", "zope.interface", "ruamel-yaml", "x2", "_bad", "bad-", "9lives"]
EXTRAS = ["", "", "[all]", "[a, b-c]", "[]", "[a", " [x]"]
VERSIONS = ["1", "1.2.*", "2.0rc1", "1!2.0", "1.0.post1", "1.0+cpu", "1.2.3.4", "2024.1", "1.x", "*", "1,2", ""]
SIGNS = ["==", ">=", "<=", "!=", "~=", "===", ">", "<", "=", "=>", " >= ", "@"]
ENDS = [
    *(
        "",
        "",
        "",
        "  # why",
        "; python_version < '3.9'",
        ';python_version>="3.8" and os_name == "posix"',
        " ; bad == 'x'",
    ),
    *(" --hash=sha256:" + "0" * 64, ' --config-settings="a=b"', " --global-option=x", "#no", " \\", "; extra == 'x'"),
]
DIRECT = [
    *("git+https://example.org/x.git#egg=tool", "-e git+https://example.org/x.git#egg=tool", "tool@https://example.org/t.zip"),
    *("tool @ https://example.org/tool-1.tar.gz", "https://example.org/tool-1.0-py3-none-any.whl", "tool[a] @ git+ssh://g@h/x.git"),
    *("git+https://example.org/x.git@v1#subdirectory=a&egg=tool[x]", "tool@git+https://example.org/t.git", "tool @"),
    *("--index-url https://example.org/simple", "--extra-index-url=https://example.org", "-f ./wheels", "--pre", "--no-binary :all:"),
    *("numpy>=1 <2", "numpy >=1, <2", "numpy (>=1,<2)", "numpy(>=1)", "numpy>=1,", "numpy==1.*", "numpy ~=1", "numpy>1.*"),
    *("# nothing", "", "   ", "numpy scipy", "numpy,scipy", "numpy;", "$ pip install x", "<<<<<<< HEAD", "numpy==${V}", "numpy==1 --x"),
]  # fmt: skip


def lines(count: int) -> list[str]:
    rng = random.Random(SEED)
    made = [*DIRECT]
    for _ in range(count):
        bounds = ",".join(rng.choice(SIGNS) + rng.choice(VERSIONS) for _ in range(rng.choice([0, 1, 1, 1, 2])))
        made.append(rng.choice(NAMES) + rng.choice(EXTRAS) + bounds + rng.choice(ENDS))
    return list(dict.fromkeys(made))


def ours_of(line: str) -> list[tuple[str, str | None]] | None:
    """Names and specifiers of a line; ``None`` where it is refused."""
    try:
        return [(item.key, item.specifier) for item in parse(line + "\n", "requirements.txt", lambda path: None)]
    except Broken:
        return None


def same(ours: list[tuple[str, str | None]], theirs: list[list[str | None]]) -> bool:
    told = [(name.lower().replace("_", "-").replace(".", "-"), spec) for name, spec in theirs if name]
    if [name for name, _ in told] != [name for name, _ in ours]:
        return False
    return all(
        spec in (None, mine) or mine is None or same_specifiers([spec], [mine]) is not False  # packaging takes no "==="
        for (_, mine), (_, spec) in zip(ours, told, strict=True)
    )


def requirement_lines(count: int = 1_500) -> Compared:
    asked = lines(count)
    version, told = ask("pip", PIP, asked)
    alarms, misses = [], []
    for line, theirs in zip(asked, told, strict=True):
        ours = ours_of(line)
        if ours is None and theirs is not None:
            alarms.append(line)
        elif ours is not None and (theirs is None or not same(ours, theirs)):
            misses.append(line)
    return Compared(f"pip {version}: lines of a requirements file", len(asked), 0, alarms, misses)


# conda's specs, by rattler.

RATTLER = """
import json, sys
import rattler
from rattler import MatchSpec, PackageRecord
def meets(spec, version, build):
    try:
        record = PackageRecord(
            name="numpy", version=version, build=rattler.BuildString(build), build_number=0, subdir="linux-64", arch=None, platform=None
        )
        return MatchSpec(spec).matches(record)
    except Exception:
        return None
print(json.dumps([rattler.__version__, [meets(*row) for row in json.load(sys.stdin)]]))
"""
WRITTEN = [
    *("numpy >= 1.9.0", "numpy>=1.20,<2", "numpy 1.26.*", "numpy=1.26", "numpy==1.26.4", "numpy 1.26.4 py312_0", "numpy=1.26.4=py312_0"),
    *("numpy >=1!1.0", "numpy 1.1.1w", "numpy=1.1.1*", "numpy >=2024a", "numpy * *openblas", "numpy=*=*openblas", "numpy 1.*|2.0.*"),
    *("numpy !=1.5,>1", "numpy[version='>=1.2']", "numpy[version='>=1.2',build='py*']", "conda-forge::numpy>=1", "numpy ~=1.26"),
    *("numpy", "numpy *", "numpy>=1.0.post1", "numpy <2.0a0", "numpy >=1.2, <3", "numpy 1.2|>3,<4", "NumPy >=1"),
]  # fmt: skip


def conda_specs(count: int = 4_000) -> Compared:
    from tests.real.test_conda_specs import BUILDS, spec, version

    rng = random.Random(SEED)
    builds = [build for build in BUILDS if "*" not in build]
    asked = [
        [text, number, build]
        for text in WRITTEN
        for number in ("1.26.4", "1.1.1w", "1.1.1v", "2.0", "1!1.2", "2024a", "0.9", "1.9.0")
        for build in ("py312_0", "h0_openblas")
    ]
    asked += [[spec(rng), version(rng).rstrip("*."), rng.choice(builds)] for _ in range(count)]
    number, told = ask("py-rattler", RATTLER, asked)
    alarms, misses, unknown = [], [], 0
    for (text, package, build), theirs in zip(asked, told, strict=True):
        ours = None if (read := spec_of(text)) is None else read.met_by(package, build)
        row = f"{text} ← {package} {build}"
        unknown += ours is None
        if ours is False and theirs is True:
            alarms.append(row)
        elif ours is True and theirs is False:
            misses.append(row)
    return Compared(f"rattler {number}: specs of environment.yml, and packages", len(asked), unknown, alarms, misses)


# Poetry's constraints, by poetry-core.

POETRY_CORE = """
import json, sys
from importlib.metadata import version
from poetry.core.constraints.version import parse_constraint, Version
def allows(text, number):
    try:
        return parse_constraint(text).allows(Version.parse(number))
    except Exception:
        return None
print(json.dumps([version("poetry-core"), [allows(*row) for row in json.load(sys.stdin)]]))
"""


def constraint(rng: random.Random) -> str:
    def number() -> str:
        text = ".".join(str(rng.choice([0, 0, 1, 2, 3, 10])) for _ in range(rng.randint(1, 4)))
        return text + rng.choice(["", "", "", "", ".*", "rc1", ".post1", "a2"])

    signs = ["^", "^", "~", "~", ">=", "<", "<=", ">", "==", "!=", "~=", "", "", "=", "^ ", ">= "]
    parts = [rng.choice(signs) + number() for _ in range(rng.choice([1, 1, 1, 2, 2]))]
    text = parts[0] + "".join(rng.choice([",", ", ", " ", " || ", "|"]) + part for part in parts[1:])
    return "*" if rng.random() < 0.02 else text


def constraints(count: int = 6_000) -> Compared:
    rng = random.Random(SEED)
    numbers = [
        "0",
        "0.0.3",
        "0.1",
        "0.2.5",
        "1",
        "1.0",
        "1.2.3",
        "1.3",
        "2",
        "2.0rc1",
        "2.1.0.post1",
        "3.10",
        "10.3.2",
        "1.0+cpu",
    ]
    asked = [[constraint(rng), rng.choice(numbers)] for _ in range(count)]
    version, told = ask("poetry-core", POETRY_CORE, asked)
    alarms, misses, unknown = [], [], 0
    for (text, number), theirs in zip(asked, told, strict=True):
        specifier = poetry_specifier(text)
        ours = None if specifier is None else plainly_within(number, specifier) if specifier else True
        if ours is None and specifier:
            ours = is_within(number, specifier)
        unknown += ours is None
        row = f"{text} ← {number}"
        if ours is False and theirs is True:
            alarms.append(row)
        elif ours is True and theirs is False:
            misses.append(row)
    return Compared(f"poetry-core {version}: constraints, and versions", len(asked), unknown, alarms, misses)


# Locks, by those who write them.

STANDARD = """[project]
name = "fit"
version = "1.0"
description = ""
requires-python = ">=3.10"
dependencies = ["six>=1.15", "idna>=3"]
[project.optional-dependencies]
plot = ["iniconfig>=1"]
[dependency-groups]
dev = ["packaging>=23"]
"""
SIMPLE = '[[tool.poetry.source]]\nname = "simple"\nurl = "https://pypi.org/simple/"\npriority = "primary"\n'
OF_PIPENV = """[[source]]
url = "https://pypi.org/simple"
verify_ssl = true
name = "pypi"
[packages]
six = ">=1.15"
idna = ">=3"
[dev-packages]
packaging = ">=23"
[docs]
iniconfig = "*"
"""
CHANGES = {  # what is done to a list after it was locked
    "nothing": ("", ""),
    "a comment": ("[project]", "# ours\n[project]"),
    "a description": ('description = ""', 'description = "what it is"'),
    "a bound that the lock meets": ("1.15", "1.16"),
    "a bound that the lock does not meet": (">=1.15", "<1.15"),
    "one more": ('"idna>=3"]', '"idna>=3", "attrs"]'),
    "one less": (', "idna>=3"]', "]"),
    "another Python": (">=3.10", ">=3.11"),
    "one more in an extra": ('"iniconfig>=1"', '"iniconfig>=1", "attrs"'),
    "one more in a group": ('"packaging>=23"', '"packaging>=23", "attrs"'),
    "another table's setting": ("[dependency-groups]", "[tool.black]\nline-length = 100\n[dependency-groups]"),
}
PIPFILE = {
    "nothing": ("", ""),
    "a comment": ("[packages]", "# ours\n[packages]"),
    "a bound that the lock meets": ("1.15", "1.16"),
    "one more": ('idna = ">=3"', 'idna = ">=3"\nattrs = "*"'),
    "one less": ('idna = ">=3"\n', ""),
    "a name in capitals": ("six =", "Six ="),
    "one more in a category": ('iniconfig = "*"', 'iniconfig = "*"\nattrs = "*"'),
    "a script": ("[packages]", '[scripts]\nx = "python x.py"\n[packages]'),
}


class Keeper(NamedTuple):
    """A tool that keeps a lock: the file of its list, how it locks, and how it says that the lock is of this list."""

    name: str
    argv: list[str]
    file: str
    text: str
    lock: list[str]
    check: list[str]
    changes: dict[str, tuple[str, str]]


def run_with(*packages: str) -> list[str]:
    return [UV, "tool", "run", "--quiet", "--python", sys.executable, *packages]


KEEPERS = (
    Keeper("uv", [UV], "pyproject.toml", STANDARD, ["lock", "--quiet"], ["lock", "--check", "--quiet"], CHANGES),
    Keeper(
        "Poetry",
        run_with("poetry"),
        "pyproject.toml",
        STANDARD + SIMPLE,
        ["lock", "--quiet"],
        ["check", "--lock"],
        CHANGES,
    ),
    Keeper(
        "PDM",
        run_with("--from", "pdm<2.27", "--with", "unearth<0.18", "--with", "hishel>=1,<1.2", "pdm"),
        "pyproject.toml",
        STANDARD,
        ["lock", "--quiet"],
        ["lock", "--check"],
        CHANGES,
    ),
    Keeper("Pipenv", run_with("pipenv"), "Pipfile", OF_PIPENV, ["lock", "--quiet"], ["verify"], PIPFILE),
)


def said(argv: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    cache = subprocess.run([UV, "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    environ = clean_environ(
        UV_CACHE_DIR=cache, HOME=str(folder.parent / "home"), PIPENV_IGNORE_VIRTUALENVS="1",
    )  # fmt: skip
    return subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def is_behind(folder: Path) -> bool:
    project = find(World(home="/nowhere", cwd=str(folder), environ={}), str(folder))
    assert isinstance(project, Project)
    return bool(ProjectModel(project).behind())


def freshness(keeper: Keeper, folder: Path) -> Compared:
    version = said([*keeper.argv, "--version"], folder).stdout.strip().splitlines()[-1]
    write(folder / keeper.file, keeper.text)
    done = said([*keeper.argv, *keeper.lock], folder)
    assert done.returncode == 0, done.stderr + done.stdout
    alarms, misses, asked = [], [], 0
    for what, (old, new) in keeper.changes.items():
        if old not in keeper.text:
            continue
        write(folder / keeper.file, keeper.text.replace(old, new, 1))
        asked += 1
        theirs, ours = said([*keeper.argv, *keeper.check], folder).returncode != 0, is_behind(folder)
        alarms += [what] if ours and not theirs else []
        misses += [what] if theirs and not ours else []
    return Compared(f"{keeper.name} ({version}): whether the lock is of the list", asked, 0, alarms, misses)


def locks(scratch: Path) -> Iterator[Compared]:
    for number, keeper in enumerate(KEEPERS):
        folder = scratch / f"{number}" / "fit"
        folder.mkdir(parents=True)
        yield freshness(keeper, folder)


def cell(rows: list[str]) -> str:
    shown = ", ".join(f"`` {row.replace('|', '¦')} ``" for row in rows[:8])
    return f"{len(rows)}{': ' if rows else ''}{shown}{' …' if len(rows) > 8 else ''}"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="agreement-") as scratch:
        found = [requirement_lines(), conda_specs(), constraints(), *locks(Path(scratch))]
    rows = [f"| {row.by} | {row.asked} | {row.unknown} | {cell(row.alarms)} | {cell(row.misses)} |" for row in found]
    text = f"""# Projects, and their own tools

Seen on {datetime.date.today()}; made by `python -m tests.project_agreement`, which asks the tools from PyPI. A false alarm is
what envdoctor refuses and the tool takes; a miss is what the tool alone refuses.

| by what | asked | unknown | false alarms | misses |
|---|---|---|---|---|
"""
    DOCUMENT.write_text(text + "\n".join(rows) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
