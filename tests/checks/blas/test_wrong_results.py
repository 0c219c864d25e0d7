"""BLA013 wrong-results: loud and quiet; the ways out that were tried; what BLA004 and BLA012 make of it."""

from typing import Any

from envdoctor.engine.remedies import Manual, SetEnv, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Missing, Product, Trial, Truth
from envdoctor.testing import blas, findings, openblas, outcome
from envdoctor_checks.blas.blas_crashes import blas_crashes
from envdoctor_checks.blas.wrong_results import wrong_results

WRONG = [Product(routine="gemm", type="float64", shape=[300, 672, 300], entries=12)]
RIGHT = Trial(library="numpy", setting="as it is", asked=512)


def told(*trials: Trial) -> Any:
    return blas(openblas(), truth=Truth(trials=list(trials)))


def wrong(setting: str = "as it is", **changes: Any) -> Trial:
    values: dict[str, Any] = {"library": "numpy", "setting": setting, "asked": 512, "wrong": WRONG}
    return Trial(**(values | changes))


def right(setting: str, library: str = "numpy") -> Trial:
    return Trial(library=library, setting=setting, asked=512)


def test_wrong_results_are_an_error_with_the_call_and_the_kernels() -> None:
    (finding,) = findings(wrong_results, blas=told(wrong()))
    assert finding.severity == Severity.ERROR
    assert finding.title == "numpy's linear algebra gives wrong results: gemm of float64, 300×672×300"
    assert finding.evidence[0].value == "12 entries are wrong"
    assert "Haswell kernels" in finding.evidence[-1].value


def test_the_setting_that_was_right_here_is_the_cure() -> None:
    trials = wrong(), wrong("OPENBLAS_CORETYPE=Haswell"), right("OPENBLAS_NUM_THREADS=1")
    (finding,) = findings(wrong_results, blas=told(*trials))
    assert isinstance(finding.remedies[0], SetEnv)
    assert finding.remedies[0].variables == {"OPENBLAS_NUM_THREADS": "1"}


def test_a_forced_kernel_that_is_wrong_is_taken_back_before_another_is_forced() -> None:
    trials = wrong(), right("OPENBLAS_CORETYPE=Haswell"), right("without OPENBLAS_CORETYPE")
    (finding,) = findings(wrong_results, blas=told(*trials))
    assert isinstance(finding.remedies[0], UnsetEnv)
    assert finding.remedies[0].names == ("OPENBLAS_CORETYPE",)


def test_where_nothing_that_was_tried_helps_nothing_is_set() -> None:
    (finding,) = findings(wrong_results, blas=told(wrong(), wrong("OPENBLAS_NUM_THREADS=1")))
    assert [type(remedy) for remedy in finding.remedies] == [Manual, Manual]


def test_a_way_out_that_spoils_the_other_copy_is_none() -> None:
    trials = wrong(), right("as it is", "scipy"), right("without X"), wrong("without X", library="scipy")
    (finding,) = findings(wrong_results, blas=told(*trials))
    assert all(isinstance(remedy, Manual) for remedy in finding.remedies)


def test_right_results_are_quiet_and_without_deep_nothing_is_said() -> None:
    assert findings(wrong_results, blas=told(RIGHT)) == []
    assert outcome(wrong_results, blas=told(RIGHT)).status == "passed"
    assert outcome(wrong_results, blas=blas(openblas())).status == "not-applicable"


def test_what_could_not_be_asked_is_unknown() -> None:
    failed = Trial(library="numpy", setting="as it is", problem="ImportError: no module")
    for facts in (told(failed), told(Trial(library="numpy", setting="as it is", ended="status 1"))):
        assert outcome(wrong_results, blas=facts).status == "unknown"
    assert outcome(wrong_results, blas=blas(openblas(), truth=Missing("why"))).status == "unknown"


def test_a_product_that_ended_the_child_is_bla012_with_its_shape() -> None:
    crash = Trial(library="scipy", setting="as it is", ended="signal 11 (SIGSEGV)", at=WRONG[0])
    (finding,) = findings(blas_crashes, blas=told(RIGHT, crash))
    assert finding.title == (
        "BLAS crashes: scipy's gemm of float64, 300×672×300 ends the process (signal 11 (SIGSEGV))"
    )
    assert findings(blas_crashes, blas=told(RIGHT)) == []
    assert outcome(wrong_results, blas=told(RIGHT, crash)).status == "unknown"
