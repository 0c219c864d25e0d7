"""NumPy in a conda environment, as conda-forge builds it: CPython, NumPy and OpenBLAS of one prefix, and they run."""

import os
import sys
from pathlib import Path

import pytest

from tests.real.test_blas import imported
from tests.support.laboratory import CONDA_FORGE, Package, add, install, library, python_module
from tests.support.patients import Patient, checkup, clean_environ, patient_at, run, write
from tests.support.repacked import OPENBLAS, cpython, numpy_with_openblas

pytestmark = [pytest.mark.real, pytest.mark.skipif(sys.platform != "linux", reason="ELF libraries")]


@pytest.fixture(scope="session")
def scientific(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    """The environment ``work`` of a Miniforge."""
    folder = tmp_path_factory.mktemp("scientific")
    channels = folder / "channels"
    channels.mkdir()
    root = folder / "miniforge"
    add(
        channels,
        CONDA_FORGE,
        cpython(channels),
        *numpy_with_openblas(folder),
        *(library(name) for name in ("openssl", "libgcc")),
        python_module("lab-tool"),
        Package("conda", "26.7.0", "py_0", {"condabin/conda": "#!/bin/sh\n", "bin/conda": "#!/bin/sh\n"}),
        python_module("conda-libmamba-solver"),
    )
    install(root, channels, {CONDA_FORGE: ["python", "conda", "conda-libmamba-solver"]})
    write(root / ".condarc", "channels: [conda-forge]\nchannel_priority: strict\n")
    return patient_at(install(root / "envs" / "work", channels, {CONDA_FORGE: ["python", "numpy", "lab-tool"]}))


def test_python_numpy_and_openblas_are_the_prefixs_own(scientific: Patient) -> None:
    code = "import sys, numpy; print(sys.prefix); print(numpy.__file__); print(open('/proc/self/maps').read())"
    prefix, numpy, maps = run([str(scientific.python), "-c", code]).split("\n", 2)
    assert prefix == str(scientific.prefix)
    assert numpy.startswith(str(scientific.site))
    mapped = {line.split()[-1] for line in maps.splitlines() if "openblas" in line or "libpython" in line}
    assert mapped and all(path.startswith(f"{scientific.prefix}/lib/") for path in mapped), mapped


@pytest.mark.parametrize("threads", [None, "1"])
def test_one_openblas_reached_by_several_names_is_one_copy(scientific: Patient, threads: str | None) -> None:
    variables = {"OPENBLAS_NUM_THREADS": threads} if threads else {}
    seen = checkup(scientific, environ=clean_environ(**variables))
    libraries = seen.document["facts"]["blas"]["libraries"]
    (row,) = imported(scientific.python, **variables)
    (openblas,) = [item for item in libraries if item["vendor"] == "openblas"]
    assert os.path.realpath(openblas["path"]) == os.path.realpath(row["filepath"])
    assert Path(row["filepath"]).name == OPENBLAS
    assert (openblas["loaded"], openblas["used_by"], openblas["threads"]) == (True, ["numpy"], row["num_threads"])
    assert openblas["version"] == row["version"]
    assert seen.findings("BLA001") == []


def test_a_second_openblas_beside_it_is_told(scientific: Patient) -> None:
    second = scientific.site / "numpy.libs" / "libscipy_openblas64_-0123abcd.so"
    write(second, (scientific.prefix / "lib" / OPENBLAS).read_bytes())
    try:
        assert checkup(scientific).finding("BLA001")["severity"] == "info"
    finally:
        second.unlink()
        second.parent.rmdir()


def test_the_environment_is_healthy_and_told_by_its_root(scientific: Patient) -> None:
    seen = checkup(scientific)
    loud = {item["code"]: item["title"] for item in seen.document["findings"] if item["severity"] != "info"}
    assert loud == {}
    assert seen.status == 0
    assert seen.changed == []
    chain = [(link["kind"], link["detail"]) for link in seen.document["patient"]["origin"]]
    assert [kind for kind, _ in chain] == ["conda-env", "miniforge"], chain
    records = {record["name"]: record for record in seen.document["facts"]["conda"]["records"]}
    assert records["libblas"]["build"].endswith("_openblas")
    assert records["numpy"]["requested"] and not records["libopenblas"]["requested"]


def test_a_requirement_that_condas_package_lacks_is_worth_a_word_only(scientific: Patient) -> None:
    """conda-forge's names and pip's differ: a name that pip's metadata asks for may be there by another."""
    metadata = next(scientific.site.glob("lab_tool-*.dist-info")) / "METADATA"
    before = metadata.read_bytes()
    write(metadata, before + b"Requires-Dist: of-another-name>=2\n")
    try:
        seen = checkup(scientific)
    finally:
        write(metadata, before)
    finding = seen.finding("PKG001")
    assert (finding["severity"], finding["confidence"]) == ("info", "possible")
    assert "of-another-name" in finding["title"]
