"""``envdoctor new-check``: a package with a rule of one's own, which passes its own tests."""

import keyword
import os
import re
import shlex
import sys

import click

from envdoctor.cli import session
from envdoctor.engine.plugins import built_in
from envdoctor.engine.selection import UsageError
from envdoctor.privacy.text import clean

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{2,5}[0-9]{3}")

PROJECT = """[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "0.1.0"
description = "A rule for envdoctor: {name}"
requires-python = ">=3.11"
dependencies = ["envdoctor"]

[project.entry-points."envdoctor.checks"]
{name} = "{module}:CHECKS"

[tool.hatch.build.targets.wheel]
packages = ["{module}"]
"""

RULE = '''"""{code} {name}: write here in one sentence what the rule says."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Install, Packages, Rule, Severity, check

{code} = Rule("{code}", "{name}", Severity.WARNING)
WANTED = "pandas"


@check({code})
def {module}(packages: Packages) -> Iterator[Finding]:
    """The package that our notebooks begin with is installed. Parameters name the sections of the facts that are needed."""
    if not any(distribution.key == WANTED for distribution in packages.distributions):
        yield Finding(
            {code},
            subject=WANTED,
            evidence=(Evidence("installed packages", str(len(packages.distributions))),),
            title=f"{{WANTED}} is not installed",
            why="Every notebook of this group needs it.",
            remedies=(Install((WANTED,)),),
        )


CHECKS = ({module},)
'''

PAGE = """# {code} {name}

## What

pandas is not installed in this environment.

## Why it matters

Every notebook of this group needs it.

## Fix

Install it. envdoctor gives the command of the tool that made the environment.

## When to ignore it

In environments without notebooks: `ignore = {{ {code} = "no notebooks" }}` under `[tool.envdoctor]`.

## Sources

- https://pandas.pydata.org/docs/getting_started/install.html
"""

TESTS = '''"""{code} {name}: loud and quiet."""

from envdoctor.testing import distribution, findings, outcome, packages

from {module} import {module}


def test_it_is_loud_where_the_package_is_missing() -> None:
    (finding,) = findings({module}, packages=packages(distribution("numpy", "2.4.1")))
    assert finding.subject == "pandas"


def test_it_is_quiet_where_the_package_is_installed() -> None:
    assert outcome({module}, packages=packages(distribution("pandas", "3.1.1"))).status == "passed"
'''

README = """# {name}

A rule for envdoctor: `{code}`.

    python -m pip install .
    python -m pytest
    envdoctor explain {code}
"""
FILES = {
    "pyproject.toml": PROJECT,
    "{module}/__init__.py": RULE,
    "{module}/{module}.md": PAGE,
    "tests/test_{module}.py": TESTS,
    "README.md": README,
}


@click.command("new-check", short_help="A package with a rule of your own.")
@click.argument("name")
@click.option(
    "--code", metavar="CODE", help="The rule's code, letters and three digits.  [X, two letters of NAME, 001]"
)
@click.option("--folder", metavar="FOLDER", help="Where to write it; it must not be there yet.  [NAME]")
def command(name: str, code: str | None, folder: str | None) -> int:
    """Write a package into a new folder: a rule called NAME, its page, a loud and a quiet test. They pass as they are.

    \b
    envdoctor new-check pandas-missing
    python -m pip install ./pandas-missing
    envdoctor explain pandas-missing
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"new-check: {name}: a rule's name is small letters and digits, with dashes between words")
    module = name.replace("-", "_")
    if keyword.iskeyword(module) or module in sys.stdlib_module_names or module in ("envdoctor", "pytest", "tests"):
        raise UsageError(f"new-check: {name}: Python has a word or a module of this name; give another one")
    code = code or f"X{name.replace('-', '')[:2].upper().ljust(2, 'X')}001"
    _refuse_code(code, name)
    folder = folder or name
    if os.path.lexists(folder):
        raise UsageError(f"new-check: {folder} is there already; name another folder with --folder")
    try:
        for path, text in FILES.items():
            target = os.path.join(folder, path.format(module=module))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "x", encoding="utf-8", newline="\n") as file:
                file.write(text.format(name=name, module=module, code=code))
    except (OSError, ValueError) as error:  # the second: a NUL in the name
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(f"new-check: {folder}: {why}") from None
    place = folder if os.path.isabs(folder) else os.path.join(".", folder)
    session.emit(
        f"{clean(folder)}: {code} {name}, its page and two tests\n\n"
        f"    python -m pip install {clean(shlex.quote(place))}\n"
        f"    envdoctor explain {code}\n"
    )
    return 0


def _refuse_code(code: str, name: str) -> None:
    if not _CODE.fullmatch(code):
        raise UsageError(f"new-check: {code}: a code is two to five capital letters and three digits")
    for registered in built_in().checks:
        for rule in registered.check.rules:
            if code == rule.code or name == rule.name:
                raise UsageError(f"new-check: {rule.code} {rule.name} is one of envdoctor's own rules")
