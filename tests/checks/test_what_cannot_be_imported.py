"""One table: patients that die at an import, or soon after, the rule that has to fire, and what is said first.

Each row has its healthy opposite, of which no rule of the table says a word. How such facts are read off a real patient is
tested where they are read: tests/probe, tests/real, tests/sick.
"""

from typing import Any

import pytest

from envdoctor.checkup import Options, diagnose
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import CheckSet, built_in
from envdoctor.engine.selection import Selection
from envdoctor.facts import ImportFailure, LoadError, PythonPathEntry, Storage, System, Variables
from envdoctor.report.report import Report, Settings
from envdoctor.testing import blas, distribution, facts, interpreter, jupyter, kernel, packages, path

NUMPY, SCIPY, H5PY = distribution("numpy", "2.4.0"), distribution("scipy", "1.16.0"), distribution("h5py", "3.14.0")
PANDAS = distribution("pandas", "3.0.0", requires=['xlrd>=2.0.1; extra == "excel"'], extras=["excel"])
LOST = "ImportError: libgomp.so.1: cannot open shared object file: No such file or directory"
TOO_OLD = "/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /site/scipy/linalg/_fblas.so)"
CUT = "/site/numpy/core/_multiarray_umath.so: file too short"


def failing(message: str, **changes: Any) -> ImportFailure:
    values = {"distribution": SCIPY.path, "module": "scipy", "message": message} | changes
    return ImportFailure(**values)


def refused(package: str, message: str) -> LoadError:
    return LoadError(package=package, extension=f"/site/{package}/_c.so", message=message)


def variables(gone: dict[str, str] | None = None, **values: str) -> dict[str, Any]:
    return {"environment": Variables(variables=values, gone=gone or {})}


def machine(*storage: Storage) -> dict[str, Any]:
    return {"system": System(platform="linux", machine="x86_64", distribution="debian", storage=list(storage))}


ROWS: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    (
        "modules of a package are gone",
        {"packages": packages(NUMPY, missing_files={NUMPY.path: ["numpy/__config__.py"]})},
        {"packages": packages(NUMPY)},
        "PKG004",
        "numpy/__config__.py",
    ),
    (
        "an extension is cut off",
        {"packages": packages(NUMPY, cut_off_files={NUMPY.path: ["numpy/_core/_c.so"]})},
        {"packages": packages(NUMPY, cut_off_files={})},
        "PKG004",
        "empty or cut off",
    ),
    (
        "a file here hides a module",
        {"path": path(here=["random"]), "packages": packages(NUMPY)},
        {"path": path(here=[]), "packages": packages(NUMPY)},
        "PY014",
        "random",
    ),
    (
        "an editable installation's source is gone",
        {"packages": packages(SCIPY, sources_gone={SCIPY.path: ["/home/ada/src"]})},
        {"packages": packages(SCIPY)},
        "PKG010",
        "/home/ada/src",
    ),
    (
        "another package claims a namespace package's name",
        {"packages": packages(SCIPY, import_failures=[failing("ModuleNotFoundError: No module named 'scipy.x'")])},
        {"packages": packages(SCIPY, imports_tried=1)},
        "PKG011",
        "`import scipy` fails",
    ),
    (
        "Python was compiled without modules",
        {"interpreter": interpreter(absent=["_lzma", "_sqlite3"])},
        {"interpreter": interpreter()},
        "PY015",
        "_lzma, _sqlite3",
    ),
    (
        "a kernel's environment has no ipykernel",
        {"jupyter": jupyter(kernel(launches=False)), "path": path()},
        {"jupyter": jupyter(kernel(launches=True)), "path": path()},
        "TOL005",
        "ipykernel",
    ),
    (
        "a stray module of PYTHONPATH stands in front of the standard library's",
        {
            "packages": packages(SCIPY, import_failures=[failing("ImportError: old", chosen="/pp/enum")]),
            "path": path(pythonpath=[PythonPathEntry(path="/pp", exists=True)]),
        },
        {"packages": packages(SCIPY), "path": path(pythonpath=[PythonPathEntry(path="/pp", exists=True)])},
        "PKG011",
        "the standard module enum",
    ),
    (
        "a zip file of PYTHONPATH stands in front of a package",
        {"packages": packages(SCIPY, import_failures=[failing("ImportError: old", chosen="/pp/old.zip/scipy")])},
        {"packages": packages(SCIPY)},
        "PKG011",
        "/pp/old.zip/scipy",
    ),
    (
        "a variable names certificates that are not there",
        variables(gone={"PIP_CERT": "/etc/corp.pem"}),
        variables(PIP_CERT="/etc/corp.pem"),
        "PY016",
        "PIP_CERT",
    ),
    (
        "an older libstdc++ comes first",
        {"blas": blas(errors=[refused("scipy", TOO_OLD)], examined=["numpy"]), "packages": packages(SCIPY)},
        {"blas": blas(examined=["numpy"]), "packages": packages(SCIPY)},
        "BLA011",
        "GLIBCXX_3.4.32",
    ),
    (
        "a library of the system is not there",
        {"packages": packages(SCIPY, import_failures=[failing(LOST, file="/site/x.so", lacks="libgomp.so.1")])},
        {"packages": packages(SCIPY, cleared_imports={"scipy": ["/site/x.so"]}, imports_tried=1)},
        "PKG011",
        "libgomp.so.1 is not there",
    ),
    (
        "two packages break each other",
        {"packages": packages(SCIPY, H5PY, import_failures=[failing("ImportError: HDF5", after="h5py")])},
        {"packages": packages(SCIPY, H5PY)},
        "PKG011",
        "do not work in one program",
    ),
    (
        "a variable disables what NumPy's build needs",
        {
            "packages": packages(
                NUMPY,
                import_failures=[
                    failing(
                        "RuntimeError: You cannot disable CPU feature 'X86_V2', since it is part of the baseline",
                        distribution=NUMPY.path,
                        module="numpy",
                    )
                ],
            ),
            **variables(NPY_DISABLE_CPU_FEATURES="X86_V2"),
        },
        {"packages": packages(NUMPY), **variables(NPY_DISABLE_CPU_FEATURES="AVX512F")},
        "PKG011",
        "a processor feature that a variable disables",
    ),
    (
        "the extension behind a stub is cut off",
        {"blas": blas(errors=[refused("numpy", CUT)], examined=[]), "packages": packages(NUMPY)},
        {"blas": blas(examined=["numpy"]), "packages": packages(NUMPY)},
        "BLA007",
        "`import numpy` fails",
    ),
    (
        "a variable chooses a part that is not there",
        {"packages": packages(distribution("matplotlib", "3.11.2")), **variables(MPLBACKEND="widget")},
        {"packages": packages(distribution("matplotlib", "3.11.2")), **variables(MPLBACKEND="agg")},
        "PY018",
        "MPLBACKEND",
    ),
    (
        "libraries in front of Python's own modules do not fit",
        {"interpreter": interpreter(unloadable={"_ssl": "ImportError: no"}), **variables(LD_LIBRARY_PATH="/old")},
        {"packages": packages(NUMPY), **variables(LD_LIBRARY_PATH="/old")},
        "PY018",
        "Python's own ssl",
    ),
    (
        "a release is too old for another package's extra",
        {"packages": packages(PANDAS, distribution("xlrd", "1.2.0"))},
        {"packages": packages(PANDAS, distribution("xlrd", "2.0.2"))},
        "PKG001",
        "xlrd",
    ),
    (
        "the disk is full",
        machine(Storage(role="home", path="/home/ada", free=0, files=9000)),
        machine(Storage(role="home", path="/home/ada", free=10**10, files=9000)),
        "PY019",
        "is full",
    ),
]
CODES = {row[3] for row in ROWS}


def report(sections: dict[str, Any]) -> Report:
    checks = [item for item in built_in().checks if CODES & {rule.code for rule in item.check.rules}]
    return diagnose(facts(**sections), Options(CheckSet(checks, []), Selection(), Config(), Settings()), 0.0)


@pytest.mark.parametrize(("name", "sick", "healthy", "code", "said"), ROWS, ids=[row[0] for row in ROWS])
def test_the_patient_gets_its_rule_first_and_its_healthy_opposite_none(
    name: str, sick: dict[str, Any], healthy: dict[str, Any], code: str, said: str
) -> None:
    found = report(sick).open
    assert found[0].finding.rule.code == code, name
    assert said in found[0].finding.title
    assert [item.finding.title for item in report(healthy).open] == []
