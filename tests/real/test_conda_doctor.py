"""The plug-in for ``conda doctor``, installed from its wheel into a base of one's own, and what it leaves as it was."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.conda_patients import SCIENCE, Ward, harm, made, ward
from tests.support.patients import Patient, remove, run, write
from tests.support.real_conda import Laboratory

pytestmark = pytest.mark.real
HERE = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def base(lab: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> Patient:
    """A base into which envdoctor was put, from its wheel and PyPI."""
    folder = tmp_path_factory.mktemp("with-envdoctor")
    base = lab.copy_base(folder / "miniforge3")
    run([sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(HERE)])
    (wheel,) = folder.glob("*.whl")
    run([sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(base.python), str(wheel)])
    return base


@pytest.fixture
def around(lab: Laboratory, base: Patient, tmp_path: Path) -> Ward:
    return ward(lab, tmp_path, base.prefix)


def test_doctor_shows_what_is_wrong_with_the_prefix_that_it_names(
    lab: Laboratory, around: Ward, tmp_path: Path
) -> None:
    patient = made(lab, "conda", tmp_path / "env", *SCIENCE)
    healthy = around.conda("doctor", "--prefix", str(patient.prefix))
    assert "envdoctor's rules for conda" in healthy.stdout and "nothing found" in healthy.stdout
    write(patient.prefix / "conda-meta" / "pinned", "numpy >=>1\n")
    remove(patient.site / "pandas" / "core.py")
    sick = around.conda("doctor", "--prefix", str(patient.prefix))
    assert "CON008" in sick.stdout and "CON016" in sick.stdout and "Missing Files" in sick.stdout
    assert sick.returncode == healthy.returncode == 0


def test_other_commands_import_nothing_of_it_and_say_what_they_said(around: Ward, base: Patient) -> None:
    code = "import sys; sys.argv = ['conda', 'info']; from conda.cli import main; main(); "
    code += "print(sorted(name for name in sys.modules if name.startswith('envdoctor')))"
    done = subprocess.run(
        [str(base.python), "-c", code], env=around.environ(base), capture_output=True, text=True, check=True
    )
    loaded = done.stdout.splitlines()[-1]
    assert loaded == "['envdoctor', 'envdoctor.integrations', 'envdoctor.integrations.conda']"
    assert done.stderr == ""


def test_what_it_brings_into_base_is_no_bloat(around: Ward, base: Patient) -> None:
    seen = around.examine(base)
    assert harm(seen) == []
    assert seen.document["facts"]["conda"]["base"]["pip"] == []
    assert [item for item in seen.document["findings"] if item["code"] == "CON005"] == []


def test_a_check_up_that_fails_is_a_line_and_no_end_of_conda_s(around: Ward, lab: Laboratory, tmp_path: Path) -> None:
    (tmp_path / "empty" / "conda-meta").mkdir(parents=True)
    write(tmp_path / "empty" / "conda-meta" / "history", "")
    done = around.conda("doctor", "--prefix", str(tmp_path / "empty"))
    assert done.returncode == 0 and "envdoctor's rules for conda" in done.stdout
