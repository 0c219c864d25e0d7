"""BLA016 kernels-known-wrong: loud and quiet, and what BLA013 says of the same kernels."""

from pathlib import Path
from typing import Any

import pytest

from envdoctor.data import table
from envdoctor.engine.remedies import Install, Manual, SetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Missing, Product, Trial, Truth
from envdoctor.testing import blas, environment, findings, openblas, outcome
from envdoctor_checks.blas import kernels_known_wrong as kernels_known_wrong_module
from envdoctor_checks.blas._bad_kernels import SUSPECTS, Bad
from envdoctor_checks.blas.kernels_known_wrong import kernels_known_wrong
from envdoctor_checks.blas.wrong_results import wrong_results

COOPERLAKE: dict[str, Any] = {"version": "0.3.20", "architecture": "Cooperlake"}


def test_numpy_1_23_on_cooper_lake_is_told_without_comparing() -> None:
    (finding,) = findings(kernels_known_wrong, blas=blas(openblas(**COOPERLAKE)))
    assert (finding.severity, finding.subject) == (Severity.WARNING, "numpy")
    assert finding.title == (
        "The Cooperlake kernels of libscipy_openblas-numpy.so are known to compute wrongly: products of float64 matrices"
    )
    assert "numpy/numpy/issues/24903" in finding.evidence[1].value
    newer, around = finding.remedies
    assert isinstance(newer, Install)
    assert newer.requirements == ("numpy>=1.24",)
    assert isinstance(around, SetEnv)
    assert around.variables == {"OPENBLAS_CORETYPE": "Haswell"}


def test_kernels_that_a_variable_forces_are_told_with_it() -> None:
    forced = environment(OPENBLAS_CORETYPE="Cooperlake")
    (finding,) = findings(kernels_known_wrong, blas=blas(openblas(**COOPERLAKE)), environment=forced)
    assert finding.evidence[-1].label == "OPENBLAS_CORETYPE"


def test_scipys_copy_needs_another_blas_not_another_numpy() -> None:
    (finding,) = findings(kernels_known_wrong, blas=blas(openblas("scipy", **COOPERLAKE)))
    assert isinstance(finding.remedies[0], Manual)
    assert "0.3.21" in finding.remedies[0].title


@pytest.mark.parametrize(
    ("version", "architecture", "count"),
    [
        ("0.3.20", "SapphireRapids", 1),
        ("0.3.20", "SkylakeX", 0),
        ("0.3.20", "Haswell", 0),
        ("0.3.21", "Cooperlake", 0),
        ("0.3.14", "SkylakeX", 1),
        ("0.3.14.dev", "SkylakeX", 0),
        ("0.3.11", "Cooperlake", 1),
        ("0.3.6", "SkylakeX", 1),
        ("0.3.7", "SkylakeX", 0),
        ("0.3.33.112", "VORTEXM4", 1),
        ("0.3.34", "VORTEXM4", 0),
        (None, "Cooperlake", 0),
        (Missing("not told"), "Cooperlake", 0),
        ("0.3.20", None, 0),
        ("0.3.20", Missing("not told"), 0),
    ],
)
def test_the_release_and_the_kernels_decide(version: str, architecture: str, count: int) -> None:
    seen = blas(openblas(version=version, architecture=architecture))
    assert len(findings(kernels_known_wrong, blas=seen)) == count


def test_results_that_were_compared_decide_in_its_place() -> None:
    right = Trial(library="numpy", setting="as it is", asked=512)
    bad = Product(routine="gemm", type="float64", shape=[300, 672, 300], entries=12)
    wrong = Trial(library="numpy", setting="as it is", asked=512, wrong=[bad])
    failed = Trial(library="numpy", setting="as it is", problem="ImportError")
    for trial, count in ((right, 0), (wrong, 0), (failed, 1)):
        seen = blas(openblas(**COOPERLAKE), truth=Truth(trials=[trial]))
        assert len(findings(kernels_known_wrong, blas=seen)) == count
    (finding,) = findings(wrong_results, blas=blas(openblas(**COOPERLAKE), truth=Truth(trials=[wrong])))
    assert "24903" in finding.evidence[-1].value
    assert isinstance(finding.remedies[-1], Install)


def test_every_row_is_in_the_page_and_its_kernels_are_looked_for() -> None:
    rows = table("kernels", "bad", Bad)
    assert {name for row in rows for name in row.kernels} == SUSPECTS
    page = (Path(kernels_known_wrong_module.__file__).parent / "kernels_known_wrong.md").read_text(encoding="utf-8")
    for row in rows:
        assert row.source in page
        assert f"| {row.what} | {row.fixed} |" in page


def test_no_blas_is_not_applicable_and_one_on_disk_is_quiet() -> None:
    assert outcome(kernels_known_wrong, blas=blas()).status == "not-applicable"
    idle = openblas(loaded=False, **COOPERLAKE)
    assert outcome(kernels_known_wrong, blas=blas(idle)).status == "not-applicable"
