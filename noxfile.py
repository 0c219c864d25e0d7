"""One word for each task: ``nox -s lint``. Runs with the environment that nox is installed in (``pip install -e '.[dev]'``)."""

import shutil
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "test"]
BIN = Path(sys.executable).parent
PAGES = [Path("README.md"), *Path("checks").rglob("*.md"), *Path("docs").rglob("*.md")]
DOCUMENTS = [
    str(page) for page in PAGES if "[[[cog" in page.read_text(encoding="utf-8")
]  # with tables that are generated


def run(session: nox.Session, tool: str, *words: str) -> None:
    session.run(str(BIN / tool), *words, external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, the arrows between modules, unused code, generated files."""
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")
    run(session, "mypy")
    run(session, "lint-imports")
    run(session, "vulture")
    run(session, "python", "-m", "envdoctor.data", "--check")
    run(session, "python", "-m", "envdoctor.engine", "--check")
    run(session, "cog", "--check", *DOCUMENTS)


@nox.session
def test(session: nox.Session) -> None:
    """All tests, or those that are named: ``nox -s test -- tests/checks -m "not real"``."""
    run(session, "python", "-m", "pytest", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """The tests that are too long for every run, and the agreement with conda and with projects' own tools (docs/*-agreement.md)."""
    run(session, "python", "-m", "pytest", "-m", "slow", *session.posargs)
    run(session, "python", "-m", "tests.conda_agreement")
    run(session, "python", "-m", "tests.project_agreement")


@nox.session
def generate(session: nox.Session) -> None:
    """What is written by programs: tables in documents, the data as it is read, the format of the code."""
    run(session, "python", "-m", "envdoctor.data")
    run(session, "python", "-m", "envdoctor.engine")
    run(session, "cog", "-r", *DOCUMENTS)
    run(session, "ruff", "check", "--fix", ".")
    run(session, "ruff", "format", ".")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, into build/docs; a warning is an error (``pip install -e '.[docs]'``)."""
    strict = ("--quiet", "--fail-on-warning", "--keep-going")
    run(session, "sphinx-build", *strict, "-b", "html", "docs", "build/docs", *session.posargs)


@nox.session
def dist(session: nox.Session) -> None:
    """The wheel and the sdist, into dist, and what is to be said of them (``pip install -e '.[release]'``).

    ``nox -s dist -- NAME`` gives the distribution another name, where an index does not take this one; package and command stay.
    """
    name = session.posargs[0] if session.posargs else "envdoctor"
    source = Path(session.create_tmp()).resolve() / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    session.run("git", "archive", "--output", str(source.parent / "source.tar"), "HEAD", external=True)
    session.run("tar", "-xf", str(source.parent / "source.tar"), "-C", str(source), external=True)
    project = source / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(
        text.replace('name = "envdoctor"', f'name = "{name}"').replace('"envdoctor[', f'"{name}['), encoding="utf-8"
    )
    run(session, "validate-pyproject", str(project))
    run(session, "python", "-m", "build", "--outdir", "dist", str(source))
    built = sorted(str(path) for path in Path("dist").glob(f"{name.replace('-', '_')}-*"))
    run(session, "twine", "check", "--strict", *built)
    run(session, "check-wheel-contents", *[path for path in built if path.endswith(".whl")])


@nox.session
def bench(session: nox.Session) -> None:
    """The promises of speed, side by side with ``import numpy``."""
    run(session, "python", "benchmarks/compare.py", "--quick", "--assert", *session.posargs)


@nox.session
def efficacy(session: nox.Session) -> None:
    """Every fix that can run here, on a real fault: writes docs/fix-efficacy.md."""
    run(session, "python", "-m", "tests.efficacy")


@nox.session
def rehearsals(session: nox.Session) -> None:
    """Plans rehearsed, and then carried out for real: writes docs/rehearsals.md."""
    run(session, "python", "-m", "tests.rehearsals")


@nox.session
def pictures(session: nox.Session) -> None:
    """The pictures of reports in the documentation: look at each before it is kept. Pages need a Chromium."""
    run(session, "python", "-m", "tests.pictures", *session.posargs)
