"""GPU002 cuda-newer-than-driver: loud and quiet."""

from envdoctor.engine.remedies import InstallBuild, Manual
from envdoctor.engine.rules import Confidence, Severity
from envdoctor.facts import Missing
from envdoctor.fixes import Toolbox
from envdoctor.testing import facts, findings, gpu, outcome, torch_build
from envdoctor_checks.gpu.cuda_newer_than_driver import cuda_newer_than_driver
from tests.checks.gpu._shared import H100, OLD, V100, built, words
from tests.support.cures import argv


def test_torch_for_cuda_13_with_driver_535_names_both_versions_and_both_ways_out() -> None:
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[torch_build()], **OLD))
    assert (finding.rule.code, finding.severity) == ("GPU002", Severity.ERROR)
    said = words([finding])
    assert "13.2" in said and "535.104.05" in said and "12.2" in said
    driver, build = finding.remedies
    assert isinstance(driver, Manual) and "580" in driver.title
    assert isinstance(build, InstallBuild) and (build.cuda, build.last) == ("12.6", "2.14.1")


def test_without_a_libcuda_the_drivers_own_version_counts() -> None:
    place = gpu(H100, builds=[torch_build()], driver="535.104.05", cuda_driver_version=None)
    (finding,) = findings(cuda_newer_than_driver, gpu=place)
    assert finding.severity == Severity.ERROR
    assert findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[torch_build()], cuda_driver_version=None)) == []


def test_cuda_compat_counts() -> None:
    place = gpu(H100, builds=[torch_build("13.0")], driver="535.104.05", cuda_driver_version="13.0")
    assert findings(cuda_newer_than_driver, gpu=place) == []


def test_within_one_major_version_it_runs_and_nothing_is_said() -> None:
    assert findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[torch_build("12.8")], **OLD)) == []


def test_numba_cuda_says_what_its_bindings_are_for_and_runs_on_an_older_minor_version() -> None:
    """On an H100 with a driver for 13.0, numba-cuda with bindings for 13.3 computes."""
    assert findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[built("numba-cuda", "13.3")])) == []


def test_ptx_that_an_older_driver_cannot_compile_is_found() -> None:
    tensorflow = built("tensorflow", "12.5.1", architectures=["sm_80", "sm_89", "compute_90"])
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[tensorflow], **OLD))
    assert "PTX" in finding.title
    assert finding.confidence is Confidence.LIKELY
    assert "555" in words([finding])
    assert findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[tensorflow])) == []


def test_rapids_asks_for_a_newer_driver_than_its_cuda() -> None:
    older = gpu(H100, builds=[built("cudf-cu12", "12")], driver="525.147.05", cuda_driver_version="12.0")
    (finding,) = findings(cuda_newer_than_driver, gpu=older)
    assert "535" in finding.title
    assert findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[built("cudf-cu12", "12")], **OLD)) == []


def test_a_driver_is_named_where_it_helps_one_of_the_gpus() -> None:
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, V100, builds=[torch_build()], **OLD))
    assert "580" in words([finding])


def test_a_plug_in_of_jax_is_replaced_by_jaxs_extra() -> None:
    plugin = torch_build("13", package="jax-cuda13-plugin", architectures=[])
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[plugin], **OLD))
    assert argv(Toolbox(facts()).fix(finding.remedies[1], "GPU002").steps[0])[-1] == "jax[cuda12]"


def test_in_a_container_the_driver_is_the_hosts() -> None:
    (finding,) = findings(cuda_newer_than_driver, gpu=gpu(H100, builds=[torch_build()], container="/.dockerenv", **OLD))
    assert "on the host" in words([finding])


def test_what_a_build_is_for_may_be_unknown() -> None:
    build = torch_build(cuda="13.2", package="numba-cuda").__class__(
        package="numba-cuda", version="0.30", cuda=Missing("not told"), architectures=[], backend="cuda"
    )
    assert outcome(cuda_newer_than_driver, gpu=gpu(H100, builds=[build])).status == "unknown"
