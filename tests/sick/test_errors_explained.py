"""The real error of a sick patient, produced there and handed to ``why``, is explained by the rule that ``check`` finds."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.patients import (
    Patient,
    add_distribution,
    add_unrelated_fault,
    build_library,
    clean_environ,
    copy_patient,
    remove,
    start,
    write,
)

from envdoctor.cli import app as cli
from envdoctor.cli.head_start import HeadStart
from envdoctor.probe.choose import Surroundings

pytestmark = pytest.mark.real  # 16 patients in about 8 s
Sicken = Callable[[Patient, Path], dict[str, str]]


def extension(patient: Patient, pattern: str) -> Path:
    (found,) = patient.site.glob(pattern)
    return found


def openblas_deleted(patient: Patient, aside: Path) -> dict[str, str]:
    remove(extension(patient, "numpy.libs/libscipy_openblas*.so"))
    return {}


def openblas_cut_off(patient: Patient, aside: Path) -> dict[str, str]:
    library = extension(patient, "numpy.libs/libscipy_openblas*.so")
    write(library, library.read_bytes()[:1000])
    return {}


def numpy_crashes(patient: Patient, aside: Path) -> dict[str, str]:
    build_library(extension(patient, "numpy/_core/_multiarray_umath.*.so"), "raise(SIGSEGV);")
    return {}


def numpys_core_gone(patient: Patient, aside: Path) -> dict[str, str]:
    remove(extension(patient, "numpy/_core/_multiarray_umath.*.so"))
    return {}


def numpy_for_another_python(patient: Patient, aside: Path) -> dict[str, str]:
    core = extension(patient, "numpy/_core/_multiarray_umath.*.so")
    core.rename(core.with_name("_multiarray_umath.cpython-38-x86_64-linux-gnu.so"))
    return {}


def scipy_half_gone(patient: Patient, aside: Path) -> dict[str, str]:
    remove(extension(patient, "scipy/_lib/_util.py"))
    return {}


def startup_raises(patient: Patient, aside: Path) -> dict[str, str]:
    write(patient.site / "sitecustomize.py", "raise RuntimeError('the disk of the group is not mounted')\n")
    return {}


def pth_without_module(patient: Patient, aside: Path) -> dict[str, str]:
    write(patient.site / "plugin.pth", "import plugin_that_is_gone\n")
    return {}


def wrong_pythonhome(patient: Patient, aside: Path) -> dict[str, str]:
    return {"PYTHONHOME": str(aside / "nowhere")}


def module_of_the_user(patient: Patient, aside: Path) -> dict[str, str]:
    write(aside / "random.py", "SEED = 3\n")
    return {"PYTHONPATH": str(aside)}


def numpy_on_pythonpath(patient: Patient, aside: Path) -> dict[str, str]:
    write(aside / "numpy" / "__init__.py", "from numpy._core import multiarray\n")
    return {"PYTHONPATH": str(aside)}


def needs_what_is_missing(patient: Patient, aside: Path) -> dict[str, str]:
    add_distribution(
        patient.site, "fitting", requires=["made-up-solver>=2"], modules={"fitting.py": "import made_up_solver\n"}
    )
    return {}


def needs_a_newer_one(patient: Patient, aside: Path) -> dict[str, str]:
    add_distribution(patient.site, "solver", "1.0", modules={"solver.py": "def solve(): pass\n"})
    add_distribution(
        patient.site, "fitting", requires=["solver>=2"], modules={"fitting.py": "from solver import solve_all\n"}
    )
    return {}


def editable_whose_folder_is_gone(patient: Patient, aside: Path) -> dict[str, str]:
    folder = add_distribution(patient.site, "lab-tools")
    write(folder / "direct_url.json", json.dumps({"url": (aside / "moved").as_uri(), "dir_info": {"editable": True}}))
    write(patient.site / "__editable__.lab_tools-1.0.pth", f"{aside / 'moved'}\n")
    write(
        folder / "RECORD",
        f"__editable__.lab_tools-1.0.pth,,\n{folder.name}/METADATA,,\n{folder.name}/direct_url.json,,\n{folder.name}/RECORD,,\n",
    )
    write(folder / "top_level.txt", "lab_tools\n")
    return {}


def files_deleted(patient: Patient, aside: Path) -> dict[str, str]:
    add_distribution(
        patient.site, "solver", modules={"solver/__init__.py": "from solver import core\n", "solver/core.py": ""}
    )
    remove(patient.site / "solver" / "core.py")
    return {}


def base_gone(patient: Patient, aside: Path) -> dict[str, str]:
    patient.python.unlink()
    patient.python.symlink_to(aside / "gone" / "python3")
    return {}


BARE = [
    (startup_raises, "pass", "PY013"),
    (pth_without_module, "pass", "PY013"),
    (wrong_pythonhome, "pass", "PY013"),
    (module_of_the_user, "import random; random.Random(3)", "PY006"),
    (needs_what_is_missing, "import fitting", "PKG001"),
    (needs_a_newer_one, "import fitting", "PKG001"),
    (editable_whose_folder_is_gone, "import lab_tools", "PKG010"),
    (base_gone, "pass", "PY008"),
]
NUMPY = [
    (openblas_deleted, "import numpy", "BLA007"),
    (openblas_cut_off, "import numpy", "BLA007"),
    (numpy_crashes, "import numpy", "BLA007"),
    (numpys_core_gone, "import numpy", "PKG004"),
    (numpy_for_another_python, "import numpy", "PKG004"),
    (scipy_half_gone, "import scipy.linalg", "PKG004"),
    (numpy_on_pythonpath, "import numpy", "PY006"),
]


def error_of(patient: Patient, code: str, environ: dict[str, str]) -> str:
    """What the terminal shows when a program with this line is run."""
    if not os.path.exists(patient.python):
        return f"bash: {patient.python}: No such file or directory"
    status, said = start(patient, code, "-X", "faulthandler", timeout=10.0, **environ)
    assert status != 0 or "rror" in said, said
    return said


def why(
    text: str, patient: Patient, environ: dict[str, str], capsys: pytest.CaptureFixture[str], *args: str
) -> dict[str, object]:
    around = Surroundings()
    around.environ = clean_environ(**environ)
    status = cli.run(["why", text, "--format", "json", "--python", str(patient.python), *args], HeadStart([], around))
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    assert status == {"explained": 0, "known": 1, "unknown": 3}[str(document["status"])]
    return document


def explained_by(
    sicken: Sicken, code: str, patient: Patient, aside: Path, capsys: pytest.CaptureFixture[str]
) -> set[str]:
    """The codes of the findings that `why` takes for the cause; nothing that it says sends to another environment."""
    aside.mkdir()
    environ = sicken(patient, aside)
    document = why(error_of(patient, code, environ), patient, environ, capsys)
    findings = document["findings"]
    assert isinstance(findings, list)
    assert document["means"] or document["symptoms"]
    assert not [sentence for sentence in document["here"] if "comes from another" in sentence]  # type: ignore[attr-defined]
    return {str(finding["code"]) for finding in findings}


@pytest.mark.parametrize(("sicken", "code", "rule"), BARE, ids=[row[0].__name__ for row in BARE])
def test_a_start_or_an_import_that_fails_is_explained(
    sicken: Sicken, code: str, rule: str, bare_patient: Patient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rule in explained_by(sicken, code, bare_patient, tmp_path / "aside", capsys)


@pytest.mark.parametrize(("sicken", "code", "rule"), NUMPY, ids=[row[0].__name__ for row in NUMPY])
def test_numpys_and_scipys_own_errors_are_explained(
    sicken: Sicken, code: str, rule: str, numpy_template: Patient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patient = copy_patient(numpy_template, tmp_path / "patient")
    add_unrelated_fault(patient.site)
    assert rule in explained_by(sicken, code, patient, tmp_path / "aside", capsys)


def test_a_rule_that_would_look_deeper_is_named_and_finds_it(
    bare_patient: Patient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = files_deleted(bare_patient, tmp_path)
    error = error_of(bare_patient, "import solver", environ)
    quick = why(error, bare_patient, environ, capsys)
    assert (quick["status"], quick["findings"], quick["deeper"]) == ("known", [], ["PKG004"])
    deep = why(error, bare_patient, environ, capsys, "--deep")
    assert [finding["code"] for finding in deep["findings"]] == ["PKG004"]  # type: ignore[attr-defined]
    assert deep["deeper"] == []
