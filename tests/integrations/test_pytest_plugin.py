"""``pytest --envdoctor``, in real test runs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patients import clean_environ

PLUGIN = ["-p", "envdoctor.integrations.pytest_plugin"]  # as the entry point brings it, whatever is installed


def run(folder: Path, *args: str, source: str = "def test_it():\n    pass\n") -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(source, encoding="utf-8")
    argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args]
    environ = clean_environ(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", COLUMNS="120")
    return subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_the_header_names_the_environment(tmp_path: Path) -> None:
    ended = run(tmp_path, *PLUGIN, "--envdoctor")
    assert ended.returncode == 0
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("envdoctor: ")]
    assert sys.prefix in line


def test_an_import_that_fails_is_explained_at_the_end(tmp_path: Path) -> None:
    source = "import zmq_of_nobody\n\n\ndef test_it():\n    pass\n"
    ended = run(tmp_path, *PLUGIN, "--envdoctor", source=source)
    assert ended.returncode == 2
    after = " ".join(ended.stdout.rpartition(" envdoctor ")[2].split())
    assert f"`zmq_of_nobody` is not installed for {sys.executable}." in after


def test_an_import_inside_a_test_is_explained_and_other_failures_are_not(tmp_path: Path) -> None:
    source = "def test_import():\n    import zmq_of_nobody\n\n\ndef test_value():\n    assert 1 == 2\n"
    ended = run(tmp_path, *PLUGIN, "--envdoctor", source=source)
    assert ended.returncode == 1
    assert ended.stdout.count("is not installed for") == 1
    assert " envdoctor " not in run(tmp_path, *PLUGIN, "--envdoctor", source=source.partition("\n\n\n")[2]).stdout


def test_it_is_off_unless_asked_and_imports_nothing_then(tmp_path: Path) -> None:
    source = (
        "import sys\n\n\ndef test_it():\n"
        "    own = {'envdoctor', 'envdoctor.integrations', 'envdoctor.integrations.pytest_plugin'}\n"
        "    assert {name for name in sys.modules if name.startswith('envdoctor')} <= own\n"
    )
    ended = run(tmp_path, *PLUGIN, source=source)
    assert (ended.returncode, "envdoctor:" in ended.stdout) == (0, False)


def test_the_entry_point_is_declared() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parent.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["entry-points"]["pytest11"] == {"envdoctor": PLUGIN[1]}
    pytest.importorskip(PLUGIN[1])
