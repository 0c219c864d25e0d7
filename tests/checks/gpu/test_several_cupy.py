"""GPU009 several-cupy: loud and quiet."""

from envdoctor.engine.remedies import Replace
from envdoctor.engine.rules import Severity
from envdoctor.testing import distribution, findings, gpu, outcome, packages
from envdoctor_checks.gpu.several_cupy import several_cupy
from tests.checks.gpu._shared import H100


def test_two_cupys_are_found_and_one_is_quiet() -> None:
    two = packages(distribution("cupy-cuda12x"), distribution("cupy-cuda13x"))
    (finding,) = findings(several_cupy, gpu=gpu(H100), packages=two)
    assert (finding.rule.code, finding.severity) == ("GPU009", Severity.ERROR)
    assert finding.remedies[0] == Replace(
        ("cupy-cuda12x", "cupy-cuda13x"),
        ("cupy-cuda13x",),
        title="remove all of them, then install the one for this driver and GPU",
    )
    one = packages(distribution("cupy-cuda12x"), distribution("cupy-xarray"))
    assert findings(several_cupy, gpu=gpu(H100), packages=one) == []
    assert outcome(several_cupy, gpu=gpu(), packages=two).status == "not-applicable"
