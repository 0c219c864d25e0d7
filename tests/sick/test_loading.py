"""Patients whose NumPy can't be loaded: the loader's child dies, the rest of the check-up goes on."""

from pathlib import Path

import pytest
from tests.support.patients import (
    Patient,
    assert_survived,
    assert_unrelated_fault_found,
    build_library,
    checkup,
    remove,
    start,
)

pytestmark = pytest.mark.real


def extension_of_numpy(patient: Patient) -> Path:
    (extension,) = patient.site.glob("numpy/_core/_multiarray_umath.*.so")
    return extension


def test_a_deleted_openblas_is_named_in_the_loaders_own_words(numpy_patient: Patient) -> None:
    (openblas,) = numpy_patient.site.glob("numpy.libs/libscipy_openblas*.so")
    remove(openblas)
    status, said = start(numpy_patient, "import numpy")
    assert status == 1
    assert openblas.name in said
    seen = checkup(numpy_patient)
    assert_survived(seen, status=1, culprit=openblas.name)
    finding = seen.finding("BLA007")
    assert finding["severity"] == "error"
    assert "cannot open shared object file" in "".join(row["value"] for row in finding["evidence"])
    assert_unrelated_fault_found(seen)


def test_an_extension_that_crashes_is_an_error_and_leaves_the_threads_unknown(numpy_patient: Patient) -> None:
    extension = build_library(extension_of_numpy(numpy_patient), "raise(SIGSEGV);")
    assert start(numpy_patient, "import numpy")[0] == -11
    seen = checkup(numpy_patient)
    assert_survived(seen, status=1, culprit=extension.name)
    outcome = seen.outcome("THR001")
    assert outcome["status"] == "unknown"
    assert "SIGSEGV" in outcome["reason"]
    assert str(extension) in outcome["reason"]
    finding = seen.finding("BLA007")
    assert (finding["severity"], finding["confidence"]) == ("error", "likely")
    assert [row["value"] for row in finding["evidence"]] == ["signal 11 (SIGSEGV)", str(extension)]
    assert seen.document["facts"]["start"]["mode"] == "normal"
    assert_unrelated_fault_found(seen)


def test_a_library_cut_off_by_a_full_disk_is_an_error(numpy_patient: Patient) -> None:
    (openblas,) = numpy_patient.site.glob("numpy.libs/libscipy_openblas*.so")
    head = openblas.read_bytes()[:1000]
    remove(openblas)
    openblas.write_bytes(head)
    assert start(numpy_patient, "import numpy")[0] in (-7, -11, 1)
    seen = checkup(numpy_patient)
    assert seen.status == 1
    assert seen.finding("BLA007")["severity"] == "error"
    assert_unrelated_fault_found(seen)


def test_an_extension_that_hangs_leaves_blas_unknown(numpy_patient: Patient) -> None:
    extension = build_library(extension_of_numpy(numpy_patient), "for (;;) pause();")
    assert start(numpy_patient, "import numpy", timeout=1)[0] is None
    seen = checkup(numpy_patient)
    assert_survived(seen, status=1, culprit=extension.name)
    outcome = seen.outcome("THR001")
    assert outcome["status"] == "unknown"
    assert "no answer in 3 s" in outcome["reason"]
    assert str(extension) in outcome["reason"]
    assert seen.document["facts"]["start"]["mode"] == "normal"
    assert_unrelated_fault_found(seen)


def test_an_extension_that_crashes_does_not_pass_for_healthy(numpy_patient: Patient) -> None:
    build_library(extension_of_numpy(numpy_patient), "raise(SIGSEGV);")
    seen = checkup(numpy_patient, "--select", "THR001")
    assert_survived(seen, status=3, culprit="SIGSEGV")
    assert seen.document["summary"]["status"] == "inconclusive"


def test_an_extension_that_exits_leaves_blas_unknown(numpy_patient: Patient) -> None:
    extension = build_library(extension_of_numpy(numpy_patient), "_exit(0);")
    assert start(numpy_patient, "import numpy; print('alive')") == (0, "")
    seen = checkup(numpy_patient)
    assert_survived(seen, status=1, culprit=extension.name)
    outcome = seen.outcome("THR001")
    assert outcome["status"] == "unknown"
    assert "status 0" in outcome["reason"]
    assert_unrelated_fault_found(seen)


def test_an_extension_that_prints_spoils_no_answer(numpy_patient: Patient) -> None:
    text = 'for (int i = 0; i < 100000; i++) printf("{\\"section\\":\\"loader\\"}\\n"); fflush(stdout);'
    extension = build_library(extension_of_numpy(numpy_patient), text)
    assert '{"section":"loader"}' in start(numpy_patient, f"import ctypes; ctypes.CDLL({str(extension)!r})")[1]
    seen = checkup(numpy_patient)
    assert_survived(seen, status=1, culprit=None)
    assert seen.outcome("THR001")["status"] in ("passed", "found")
    loaded = [item["used_by"] for item in seen.document["facts"]["blas"]["libraries"] if item["loaded"]]
    assert ["scipy"] in loaded
    assert_unrelated_fault_found(seen)


def test_openblas_that_may_not_start_its_threads_is_a_limit_on_processes(numpy_patient: Patient) -> None:
    """OpenBLAS 0.3 writes this and interrupts the program: driver/others/blas_server.c, blas_thread_init."""
    said = "OpenBLAS blas_thread_init: pthread_create failed for thread 1 of 8: Resource temporarily unavailable\\n"
    build_library(extension_of_numpy(numpy_patient), f'write(2, "{said}", {len(said) - 1}); raise(SIGINT);')
    seen = checkup(numpy_patient)
    finding = seen.finding("THR007")
    assert finding["severity"] == "error"
    assert "Resource temporarily unavailable" in "".join(row["value"] for row in finding["evidence"])
    assert "BLA007" not in seen.codes()
    assert_unrelated_fault_found(seen)
