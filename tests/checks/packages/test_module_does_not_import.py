"""PKG011 module-does-not-import: loud and quiet."""

from typing import Any

import pytest

from envdoctor.data import table
from envdoctor.engine.remedies import Install, InstallSystem, Manual, UnsetEnv
from envdoctor.facts import Distribution, ImportFailure, LoadError, PythonPathEntry
from envdoctor.testing import blas, changed, distribution, findings, outcome, packages, path
from envdoctor_checks.packages.module_does_not_import import Soname, module_does_not_import
from tests.checks.packages._shared import one


def failing(message: str, broken: Distribution, *others: Distribution, **changes: Any) -> dict[str, Any]:
    failure = ImportFailure(distribution=broken.path, module=broken.key, message=message, **changes)
    return {"packages": packages(broken, *others, import_failures=[failure])}


LOST = "OSError: libgomp.so.1: cannot open shared object file: No such file or directory"
LIGHTGBM = distribution("lightgbm")


def test_the_systems_package_that_brings_a_library_is_named() -> None:
    finding = one(module_does_not_import, **failing(LOST, LIGHTGBM, file="/x/lib_lightgbm.so", lacks="libgomp.so.1"))
    assert finding.title == "`import lightgbm` fails: libgomp.so.1 is not there"
    (remedy,) = finding.remedies
    assert isinstance(remedy, InstallSystem)
    assert remedy.packages["apt-get"] == ("libgomp1",)


def test_in_condas_packages_condas_own_is_named() -> None:
    finding = one(module_does_not_import, **failing(LOST, distribution("lightgbm", owner="conda")))
    assert finding.remedies == (Install(("libgomp",), conda=True),)


def test_a_library_that_no_table_knows_is_looked_for_in_words() -> None:
    (remedy,) = one(module_does_not_import, **failing(LOST.replace("gomp", "rare"), LIGHTGBM)).remedies
    assert isinstance(remedy, Manual)
    assert "librare.so.1" in remedy.title


def test_an_older_library_that_comes_first_is_the_culprit() -> None:
    message = "ImportError: /old/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /x/_c.so)"
    finding = one(module_does_not_import, **failing(message, LIGHTGBM, chosen="/old/libstdc++.so.6"))
    assert "GLIBCXX_3.4.30" in finding.title
    assert any(row.value == "/old/libstdc++.so.6" for row in finding.evidence)
    (remedy,) = finding.remedies
    assert isinstance(remedy, Manual)
    assert "/old/libstdc++.so.6" in remedy.title


def test_a_variable_that_disables_numpys_baseline_is_taken_away() -> None:
    message = "RuntimeError: You cannot disable CPU feature 'X86_V2', since it is part of the baseline optimizations"
    finding = one(module_does_not_import, **failing(message, distribution("numpy")))
    assert finding.remedies == (UnsetEnv(("NPY_DISABLE_CPU_FEATURES",)),)


def test_a_processor_below_numpys_baseline_gets_an_older_numpy() -> None:
    message = "RuntimeError: NumPy was built with baseline optimizations: (X86_V2) but your machine doesn't support: (X86_V2)."
    assert one(module_does_not_import, **failing(message, distribution("numpy"))).remedies == (Install(("numpy<2.4",)),)


def test_torchs_family_is_told_apart_by_its_builds() -> None:
    message = "RuntimeError: operator torchvision::nms does not exist"
    torch, vision = distribution("torch", "2.13.0+cpu"), distribution("torchvision", "0.28.0+cu130")
    finding = one(module_does_not_import, **failing(message, vision, torch))
    assert {row.value for row in finding.evidence} >= {"torch 2.13.0+cpu", "torchvision 0.28.0+cu130"}


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("ModuleNotFoundError: No module named 'PIL'", "importing it fails"),
        ("ImportError: libz.so.9: cannot open shared object file: No such file", "libz.so.9 is not there"),
        ("OSError: libtorch_cuda.so: cannot open shared object file: No such file", "another build of torch"),
        ("ImportError: /x/_C.so: undefined symbol: _ZN5torch3jit17parseSchemaOrNameE", "another build of torch"),
    ],
)
def test_another_build_of_torch_is_named_only_where_python_says_so(message: str, said: str) -> None:
    torch, vision = distribution("torch", "2.13.0+cpu"), distribution("torchvision", "0.28.0+cpu")
    assert said in one(module_does_not_import, **failing(message, vision, torch)).title


def test_torchcodec_without_ffmpeg_gets_ffmpeg() -> None:
    message = "RuntimeError: Could not load libtorchcodec. Likely causes: 1. FFmpeg is not properly installed"
    (remedy,) = one(module_does_not_import, **failing(message, distribution("torchcodec"))).remedies
    assert isinstance(remedy, InstallSystem)
    assert remedy.packages["apt-get"] == ("ffmpeg",)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("/pp/numpy", "PYTHONPATH puts /pp/numpy in its place"),
        ("/pp/enum", "PYTHONPATH puts /pp/enum in the place of the standard module enum"),
        ("/pp/old.zip/numpy", "PYTHONPATH puts /pp/old.zip/numpy in its place"),
    ],
)
def test_what_pythonpath_puts_in_front_leaves_pythonpath(first: str, said: str) -> None:
    entry = PythonPathEntry(path=first.rpartition("/")[0], exists=True)
    finding = one(
        module_does_not_import,
        **failing("ImportError: old", distribution("numpy"), chosen=first),
        path=path(pythonpath=[entry]),
    )
    assert finding.title == f"`import numpy` fails: {said}"
    assert finding.remedies == (UnsetEnv(("PYTHONPATH",)),)


def test_what_other_rules_explain_is_not_told_twice() -> None:
    numpy = distribution("numpy")
    refused = blas(errors=[LoadError(package="numpy", extension="/x/_c.so", message="libblas.so.3: gone")])
    assert findings(module_does_not_import, blas=refused, **failing("ImportError: x", numpy)) == []
    broken = failing("ImportError: x", numpy)["packages"]
    gone = packages(numpy, import_failures=broken.import_failures, missing_files={numpy.path: ["numpy/a.py"]})
    assert findings(module_does_not_import, packages=gone) == []


def test_an_import_without_end_is_unknown_and_a_healthy_environment_quiet() -> None:
    hangs = packages(LIGHTGBM, untried_imports={"lightgbm": "no answer: still running"})
    assert outcome(module_does_not_import, packages=hangs).status == "unknown"
    assert findings(module_does_not_import, packages=packages(LIGHTGBM)) == []


@pytest.mark.parametrize("row", table("sonames", "libraries", Soname), ids=lambda row: row.name)
def test_every_row_names_a_package_for_each_manager(row: Soname) -> None:
    assert {"apt-get", "dnf", "apk", "zypper"} <= row.packages.keys()
    assert row.conda


def test_what_fails_since_a_package_it_requires_fails_is_told_there() -> None:
    numpy, scipy = distribution("numpy"), distribution("scipy", requires=["numpy>=1"])
    learn, alone = (
        distribution("scikit-learn", requires=["scipy"]),
        distribution("lightgbm", requires=["scipy; extra == 'x'"]),
    )
    failures = [
        ImportFailure(distribution=it.path, module=it.key, message=it.key) for it in (learn, alone, scipy, numpy)
    ]
    here = packages(numpy, scipy, learn, alone, import_failures=failures)
    told = {finding.subject: finding for finding in findings(module_does_not_import, packages=here)}
    assert told.keys() == {"numpy", "lightgbm"}
    assert [row.value for row in told["numpy"].evidence if row.label == "so do"] == ["scikit-learn, scipy"]


def test_of_two_that_require_each_other_one_at_least_is_told() -> None:
    one_way, other_way = distribution("a", requires=["b"]), distribution("b", requires=["a"])
    failures = [ImportFailure(distribution=it.path, module=it.key, message="x") for it in (one_way, other_way)]
    assert findings(module_does_not_import, packages=packages(one_way, other_way, import_failures=failures))


def test_two_packages_that_break_each_other_are_one_finding() -> None:
    h5py, netcdf = distribution("h5py"), distribution("netcdf4")
    one_way = ImportFailure(distribution=netcdf.path, module="netCDF4", message="HDF error", after="h5py")
    other_way = ImportFailure(distribution=h5py.path, module="h5py", message="set_scale", after="netCDF4")
    finding = one(module_does_not_import, packages=packages(h5py, netcdf, import_failures=[one_way, other_way]))
    assert (finding.subject, [row.value for row in finding.evidence]) == (
        "h5py with netCDF4",
        ["HDF error", "set_scale"],
    )
    assert "whichever is imported first" in finding.title
    assert "HDF5" in finding.why


def test_where_one_order_works_it_is_named() -> None:
    both = distribution("h5py"), distribution("netcdf4")
    failure = ImportFailure(distribution=both[1].path, module="netCDF4", message="x", after="h5py")
    (remedy,) = one(module_does_not_import, packages=packages(*both, import_failures=[failure])).remedies
    assert isinstance(remedy, Manual)
    assert remedy.title.startswith("import netCDF4 before h5py: that order works")


def test_what_fails_with_the_very_words_of_a_package_that_others_require_is_told_there() -> None:
    numpy, scipy, joblib = distribution("numpy"), distribution("scipy", requires=["numpy"]), distribution("joblib")
    words = {"numpy": "no feature", "scipy": "no feature", "joblib": "no feature"}
    failures = [
        ImportFailure(distribution=it.path, module=it.key, message=words[it.key]) for it in (joblib, scipy, numpy)
    ]
    here = packages(numpy, scipy, joblib, import_failures=failures)
    assert one(module_does_not_import, packages=here).subject == "numpy"
    other = [changed(it, message="of its own") if it.module == "joblib" else it for it in failures]
    told = findings(module_does_not_import, packages=changed(here, import_failures=other))
    assert {finding.subject for finding in told} == {"numpy", "joblib"}
