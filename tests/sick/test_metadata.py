"""Patients whose packages' metadata is damaged: envdoctor reads it, and must neither die of it nor take it for good."""

import os
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
from tests.support.patients import (
    Patient,
    add_distribution,
    assert_survived,
    assert_unrelated_fault_found,
    checkup,
    copy_patient,
    make_project,
    remove,
    run,
    write,
)

pytestmark = pytest.mark.real


def metadata_of(dist_info: Path) -> str | None:
    return PathDistribution(dist_info).read_text("METADATA")


def test_deleted_metadata_of_numpy_leaves_requirements_unknown(numpy_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(numpy_template, tmp_path / "patient")
    (dist_info,) = patient.site.glob("numpy-*.dist-info")
    remove(dist_info / "METADATA")
    assert metadata_of(dist_info) is None
    seen = checkup(patient)
    assert_survived(seen, status=0, culprit="METADATA")
    outcome = seen.outcome("PKG001")
    assert outcome["status"] == "unknown"
    assert "numpy" in outcome["reason"]
    assert seen.finding("BLA001")["severity"] == "info"  # unrelated


def test_deleted_metadata_hides_no_unmet_requirement(bare_patient: Patient) -> None:
    remove(add_distribution(bare_patient.site, "beheaded") / "METADATA")
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit="beheaded")
    assert_unrelated_fault_found(seen)
    (beheaded,) = [item for item in seen.document["facts"]["packages"]["distributions"] if item["key"] == "beheaded"]
    assert "METADATA" in beheaded["problem"]


def test_strict_makes_unknown_requirements_inconclusive(bare_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(bare_template, tmp_path / "patient")
    remove(add_distribution(patient.site, "beheaded") / "METADATA")
    assert_survived(checkup(patient), status=0, culprit="beheaded")
    assert_survived(checkup(patient, "--select", "PKG001"), status=3, culprit="beheaded")
    assert_survived(checkup(patient, "--strict"), status=3, culprit="beheaded")


def test_two_dist_infos_of_numpy_are_both_told(numpy_patient: Patient) -> None:
    add_distribution(numpy_patient.site, "numpy", "1.19.5")
    versions = {path.stem.removeprefix("numpy-") for path in numpy_patient.site.glob("numpy-*.dist-info")}
    assert len(versions) == 2
    seen = checkup(numpy_patient)
    assert_survived(seen, status=1, culprit=None)
    told = [item for item in seen.document["facts"]["packages"]["distributions"] if item["key"] == "numpy"]
    assert {item["version"] for item in told} == versions
    assert_unrelated_fault_found(seen)
    assert seen.finding("BLA001")


def test_metadata_that_is_not_utf8_still_tells_its_requirements(bare_patient: Patient) -> None:
    dist_info = add_distribution(bare_patient.site, "latin-one")
    header = b"Metadata-Version: 2.1\nName: latin-one\nVersion: 1.0\nAuthor: Andr\xe9\nRequires-Dist: made-up-too\n\n"
    write(dist_info / "METADATA", header)
    with pytest.raises(UnicodeDecodeError):
        metadata_of(dist_info)
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit="latin-one")
    assert {finding["subject"].split()[0] for finding in seen.findings("PKG001")} == {"latin-one", "made-up-user"}
    assert_unrelated_fault_found(seen)
    (latin,) = [item for item in seen.document["facts"]["packages"]["distributions"] if item["key"] == "latin-one"]
    assert "UTF-8" in latin["problem"]


def test_a_loop_of_links_in_site_packages_is_named(bare_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(bare_template, tmp_path / "patient")
    (patient.site / "circle-1.0.dist-info").symlink_to("circle-1.0.dist-info")
    (patient.site / "self").symlink_to(".")
    with pytest.raises(OSError, match="symbolic links"):
        os.stat(patient.site / "circle-1.0.dist-info")
    seen = checkup(patient, cwd=make_project(tmp_path / "project"))
    assert_survived(seen, status=0, culprit="circle")
    assert seen.outcome("PKG001")["status"] == "unknown"
    assert "REP003" in seen.codes()  # unrelated


def test_empty_metadata_does_not_pass_for_a_package_without_requirements(bare_patient: Patient) -> None:
    """What a full disk leaves behind."""
    write(add_distribution(bare_patient.site, "drained") / "METADATA", "")
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit="drained")
    assert_unrelated_fault_found(seen)


def test_a_pipe_in_place_of_metadata_holds_nobody(bare_patient: Patient) -> None:
    metadata = add_distribution(bare_patient.site, "piped") / "METADATA"
    remove(metadata)
    os.mkfifo(metadata)
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit="piped")
    assert_unrelated_fault_found(seen)


def test_ten_thousand_empty_dist_infos_are_told_in_a_few_lines(bare_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(bare_template, tmp_path / "patient")
    for number in range(10_000):
        (patient.site / f"hollow_{number}-1.0.dist-info").mkdir()
    seen = checkup(patient, cwd=make_project(tmp_path / "project"))
    assert_survived(seen, status=0, culprit="hollow")
    assert seen.outcome("PKG001")["status"] == "unknown"
    assert "REP003" in seen.codes()  # unrelated
    assert len(seen.document["facts"]["packages"]["distributions"]) >= 10_000
    assert len(seen.text) < 20_000


@pytest.mark.parametrize("source", ["while True: pass", "import os; os.abort()", "raise SystemExit(0)"])
def test_a_package_whose_import_kills_is_never_imported(bare_patient: Patient, source: str) -> None:
    add_distribution(bare_patient.site, "deadly", modules={"deadly.py": f"print('imported', flush=True)\n{source}\n"})
    code = "import subprocess, sys; subprocess.run([sys.executable, '-B', '-c', 'import deadly'], timeout=0.5)"
    assert "imported" in _said_by(bare_patient, code)
    seen = checkup(bare_patient)
    assert_survived(seen, status=1, culprit=None)
    assert_unrelated_fault_found(seen)
    assert seen.codes() == {"PKG001"}
    assert seen.document["facts"]["start"]["mode"] == "normal"
    assert "deadly" not in seen.accusations()


def _said_by(patient: Patient, code: str) -> str:
    return run([str(patient.python), "-c", f"try:\n    {code}\nexcept Exception: pass"])
