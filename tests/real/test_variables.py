"""Variables that limit threads, set for real: what the command says of them in NumPy's and SciPy's wheels from PyPI."""

import os
import sys
from typing import Any

import pytest

from tests.support.patients import Patient, checkup, clean_environ

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="two processors are needed, on Linux"
    ),
]


def found(patient: Patient, **environ: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The findings on threads by code and subject."""
    seen = checkup(patient, "--select", "THR", environ=clean_environ(**environ))
    assert seen.stderr == ""
    return {(finding["code"], finding["subject"]): finding for finding in seen.document["findings"]}


def test_words_in_place_of_a_number_are_found_and_the_fix_ends_it(numpy_template: Patient) -> None:
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        (finding,) = found(numpy_template, **{variable: "abc"}).values()
        assert (finding["code"], finding["subject"], finding["severity"]) == ("THR005", variable, "warning")
        threads = len(os.sched_getaffinity(0))
        assert any(f"ignores it and takes {threads} threads" in row["value"] for row in finding["evidence"])
        assert found(numpy_template, **finding["fixes"][0]["steps"][0]["setenv"]) == {}


def test_a_variable_that_another_outranks_is_told_with_the_winner(numpy_template: Patient) -> None:
    findings = found(numpy_template, OPENBLAS_NUM_THREADS="4", OMP_NUM_THREADS="1")
    assert list(findings) == [("THR004", "OMP_NUM_THREADS")]
    (finding,) = findings.values()
    assert finding["severity"] == "info"
    assert "OPENBLAS_NUM_THREADS" in finding["title"]


def test_mkls_variable_does_nothing_for_openblas(numpy_template: Patient) -> None:
    findings = found(numpy_template, MKL_NUM_THREADS="1")
    assert list(findings) == [("THR004", "MKL_NUM_THREADS")]
    (step,) = findings["THR004", "MKL_NUM_THREADS"]["fixes"][0]["steps"]
    assert step == {"setenv": {"OPENBLAS_NUM_THREADS": "1"}}
    after = found(numpy_template, MKL_NUM_THREADS="1", **step["setenv"])
    assert {code for code, _ in after} == {"THR003"}  # what was meant, and is told: CPUs stay idle


def test_a_worker_of_a_parallel_test_run_is_told_to_share(numpy_template: Patient) -> None:
    worker = {"PYTEST_XDIST_WORKER": "gw0", "PYTEST_XDIST_WORKER_COUNT": "2"}
    findings = found(numpy_template, **worker)
    assert list(findings) == [("THR002", "pytest-xdist")]
    (step,) = findings["THR002", "pytest-xdist"]["fixes"][0]["steps"]
    assert found(numpy_template, **worker, **step["setenv"]) == {}


@pytest.mark.parametrize("count", ["1", "2"])
def test_dasks_three_presets_are_no_alarm(numpy_template: Patient, count: str) -> None:
    """distributed.nanny.pre-spawn-environ sets the three to one number: distributed's configuration reference."""
    presets = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), count)
    assert found(numpy_template, **presets, DASK_PARENT="tcp://127.0.0.1:8786") == {}
    assert {code for code, _ in found(numpy_template, **presets)} <= {"THR003"}
