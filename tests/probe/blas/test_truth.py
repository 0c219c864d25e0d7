"""Results compared in children: a right BLAS is silent; made kernels that spoil one entry, fail with threads or crash are told."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from envdoctor.facts import Missing, Trial, Truth
from envdoctor.probe.blas import truth
from envdoctor.probe.interrogation import FLAGS
from envdoctor.testing import blas, openblas
from tests.support.compiler import KERNEL, shared_library
from tests.support.patients import Patient, clean_environ

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(os.name == "nt" or not os.path.exists("/proc/self/maps"), reason="LD_PRELOAD is Linux's"),
]


def interview(patient: Patient) -> Any:
    return SimpleNamespace(mode=next(iter(FLAGS)), executable=str(patient.python))


def asked(patient: Patient, folder: Path, fault: str, **library: Any) -> list[Trial]:
    """NumPy's trials with a kernel that has the fault."""
    made = shared_library(folder / "kernel.so", code=KERNEL.replace("FAULT", fault))
    real = [path for path in (patient.site / "numpy.libs").iterdir() if "openblas64_" in path.name]
    environ = clean_environ(LD_PRELOAD=str(made), REAL_BLAS=str(real[0]))
    environ.pop("OPENBLAS_CORETYPE", None)
    found = truth.read(interview(patient), environ, blas(openblas("numpy", 2, **library)))
    assert isinstance(found, Truth)
    return found.trials


def test_a_right_blas_is_silent_and_scipys_copy_is_asked_too(numpy_template: Patient) -> None:
    both = blas(openblas("numpy", 2), openblas("scipy", 2))
    found = truth.read(interview(numpy_template), clean_environ(), both)
    assert isinstance(found, Truth)
    trials = [trial for trial in found.trials if trial.setting == "as it is"]
    assert [trial.library for trial in trials] == ["numpy", "scipy"]
    for trial in trials:
        assert trial.asked > 450
        assert (trial.wrong, trial.ended, trial.problem) == ([], "", None)


def test_one_wrong_entry_of_one_shape_is_found_and_one_thread_helps_where_it_does(
    numpy_template: Patient, tmp_path: Path
) -> None:
    threads = 'if (!getenv("OPENBLAS_NUM_THREADS") || *getenv("OPENBLAS_NUM_THREADS") != 49) c[7] += 1;'
    by_setting = {trial.setting: trial for trial in asked(numpy_template, tmp_path, threads)}
    (wrong, *_) = by_setting["as it is"].wrong
    assert (wrong.routine, wrong.type, wrong.shape, wrong.entries) == ("gemm", "float32", [33, 65, 129], 1)
    assert all(item.type == "float32" for item in by_setting["as it is"].wrong)
    assert by_setting["OPENBLAS_CORETYPE=Haswell"].wrong
    assert by_setting["OPENBLAS_NUM_THREADS=1"].wrong == []


def test_a_product_that_ends_the_child_is_told_with_its_shape_and_the_signal(
    numpy_template: Patient, tmp_path: Path
) -> None:
    trial = asked(numpy_template, tmp_path, "raise(SIGSEGV);", vendor="mkl")[0]  # no ways out are tried
    assert trial.ended == "signal 11 (SIGSEGV)"
    assert trial.at is not None
    assert (trial.at.routine, trial.at.type, trial.at.shape) == ("gemm", "float32", [33, 65, 129])
    assert trial.asked == 0


def test_a_python_that_starts_only_without_its_packages_is_not_asked() -> None:
    bare: Any = SimpleNamespace(mode="isolated-without-site", executable="/nowhere/python")
    assert isinstance(truth.read(bare, {}, blas(openblas())), Missing)
