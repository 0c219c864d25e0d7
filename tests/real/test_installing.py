"""envdoctor as people get it: wheel, sdist, editable, by pip and by uv; and with somebody else's checks beside it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patients import clean_environ, run, write

pytestmark = pytest.mark.real
ROOT = Path(__file__).parent.parent.parent
UV = [sys.executable, "-m", "uv", "--quiet"]

PLUGIN = '''"""The checks of a group that always wants pandas."""

from envdoctor.api import Evidence, Finding, Install, Packages, Rule, Severity, check

MYX001 = Rule("MYX001", "pandas-missing", Severity.WARNING)


@check(MYX001)
def pandas_missing(packages: Packages):
    """Our notebooks all begin with `import pandas`."""
    if not any(distribution.key == "pandas" for distribution in packages.distributions):
        yield Finding(
            MYX001,
            subject="pandas",
            evidence=(Evidence("distributions", str(len(packages.distributions))),),
            title="pandas is not installed",
            why="Every notebook of this group needs it.",
            remedies=(Install(("pandas",)),),
        )


CHECKS = (pandas_missing,)
'''


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run([*UV, "build", "--out-dir", str(folder), str(ROOT)])
    return folder


def venv_with(prefix: Path, *requirements: str) -> Path:
    """The scripts folder of a new environment of our own Python."""
    run([*UV, "venv", "--python", sys.executable, str(prefix)])
    run([*UV, "pip", "install", "--python", str(prefix), *requirements])
    return prefix / "bin"


def document(scripts: Path, *args: str) -> dict[str, object]:
    command = [str(scripts / "envdoctor"), "check", "--format", "json", "--fail-on", "never", *args]
    value: dict[str, object] = json.loads(run(command, clean_environ()))
    return value


@pytest.mark.parametrize("pattern", ["*.whl", "*.tar.gz"])
def test_a_built_distribution_works(built: Path, pattern: str, tmp_path: Path) -> None:
    (file,) = built.glob(pattern)
    scripts = venv_with(tmp_path / "venv", str(file))
    run([str(scripts / "envdoctor"), "explain", "BLA001"], clean_environ())
    found = document(scripts)
    assert found["summary"]["status"] == "healthy"  # type: ignore[index]
    run([str(scripts / "python"), "-m", "envdoctor", "--version"], clean_environ())


def test_an_editable_install_by_pip_works(tmp_path: Path) -> None:
    run([sys.executable, "-m", "venv", str(tmp_path / "venv")])
    scripts = tmp_path / "venv" / "bin"
    run([str(scripts / "python"), "-m", "pip", "install", "-q", "-e", str(ROOT)])
    assert document(scripts)["summary"]["status"] == "healthy"  # type: ignore[index]


def test_an_editable_install_by_uv_works(tmp_path: Path) -> None:
    scripts = venv_with(tmp_path / "venv", "-e", str(ROOT))
    assert document(scripts)["summary"]["status"] == "healthy"  # type: ignore[index]


def plugin(folder: Path, source: str = PLUGIN) -> Path:
    write(
        folder / "pyproject.toml",
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "my-checks"\nversion = "0.3"\n'
        '[project.entry-points."envdoctor.checks"]\nmine = "my_checks:CHECKS"\n',
    )
    write(folder / "my_checks" / "__init__.py", source)
    write(folder / "my_checks" / "advice" / "MYX001.md", "# MYX001 pandas-missing\n\n## What\n\npandas is missing.\n")
    return folder


def test_somebody_elses_checks_are_first_class(built: Path, tmp_path: Path) -> None:
    assert len(PLUGIN.splitlines()) < 30
    (wheel,) = built.glob("*.whl")
    scripts = venv_with(tmp_path / "venv", str(wheel), str(plugin(tmp_path / "plugin")))
    envdoctor = str(scripts / "envdoctor")
    listed = json.loads(run([envdoctor, "list", "--format", "json"], clean_environ()))
    assert [row["source"] for row in listed if row["code"] == "MYX001"] == ["my-checks"]
    assert run([envdoctor, "list"], clean_environ()).count("[my-checks]") == 1
    assert "pandas is missing." in run([envdoctor, "explain", "pandas-missing"], clean_environ())
    test = (
        "from envdoctor.testing import findings, packages; from my_checks import pandas_missing\n"
        "assert [it.subject for it in findings(pandas_missing, packages=packages())] == ['pandas']"
    )
    run([str(scripts / "python"), "-c", test], clean_environ())  # without pytest: the wheel is enough
    found = document(scripts)
    (finding,) = [item for item in found["findings"] if item["code"] == "MYX001"]  # type: ignore[attr-defined]
    assert finding["fixes"][0]["steps"][0]["argv"][-1] == "pandas"
    assert {"name": "my-checks", "version": "0.3"} in found["tool"]["checks"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("raise RuntimeError('out of order')", "RuntimeError: out of order"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        (PLUGIN.replace("MYX001", "BLA001"), "its codes BLA001 are taken"),
        ("CHECKS = (1,)", "1 is no check"),
    ],
)
def test_a_plug_in_that_fails_is_named_and_the_rest_goes_on(
    built: Path, tmp_path: Path, source: str, said: str
) -> None:
    (wheel,) = built.glob("*.whl")
    scripts = venv_with(tmp_path / "venv", str(wheel), str(plugin(tmp_path / "plugin", source)))
    (broken,) = (scripts.parent / "lib").glob("python*/site-packages")
    write(broken / "bad-1.0.dist-info" / "entry_points.txt", b"[envdoctor.checks]\nx = \xff\xfe:CHECKS\n")
    found = document(scripts)
    reasons = [item["reason"] for item in found["checks"] if item["status"] == "unknown"]  # type: ignore[attr-defined]
    assert any("my-checks" in reason and said in reason for reason in reasons), reasons
    assert found["summary"]["counts"]["passed"] > 3  # type: ignore[index]
    strict = [str(scripts / "envdoctor"), "check", "--strict", "--ignore", "PKG"]
    assert subprocess.run(strict, env=clean_environ(), capture_output=True, check=False).returncode == 3
