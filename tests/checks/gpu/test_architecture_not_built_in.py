"""GPU003 architecture-not-built-in: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import InstallBuild
from envdoctor.engine.rules import Severity
from envdoctor_checks.gpu.architecture_not_built_in import architecture_not_built_in
from envdoctor_checks.gpu.cuda_newer_than_driver import cuda_newer_than_driver
from tests.checks.gpu._shared import H100, OLD, V100, words
from tests.support.build import findings, gpu, nvidia_device, outcome, torch_build


def test_an_old_gpu_needs_an_older_build_and_no_driver() -> None:
    place = gpu(V100, builds=[torch_build()])
    (finding,) = findings(architecture_not_built_in, gpu=place)
    assert (finding.rule.code, finding.severity) == ("GPU003", Severity.ERROR)
    assert "7.0" in finding.title
    assert finding.remedies[0] == InstallBuild("torch", "12", title="install a build of torch for CUDA 12")
    everything = words([finding, *findings(cuda_newer_than_driver, gpu=gpu(V100, builds=[torch_build()], **OLD))])
    assert "update" not in everything and "580" not in everything


def test_h100_fits_the_same_build() -> None:
    assert findings(architecture_not_built_in, gpu=gpu(H100, builds=[torch_build()])) == []


def test_of_two_different_gpus_only_the_old_one_is_named() -> None:
    (finding,) = findings(architecture_not_built_in, gpu=gpu(H100, V100, V100, builds=[torch_build()]))
    assert finding.subject == "torch on Tesla V100-SXM2-32GB"


def test_a_new_gpu_needs_a_newer_build() -> None:
    old = torch_build("12.4", architectures=["sm_50", "sm_60", "sm_70", "sm_80", "sm_90"])
    blackwell = nvidia_device("NVIDIA GeForce RTX 5090", "12.0")
    (finding,) = findings(architecture_not_built_in, gpu=gpu(blackwell, builds=[old]))
    assert "newer build" in words([finding])


def test_an_old_gpu_beside_one_that_fits_is_a_warning_and_alone_an_error() -> None:
    (alone,) = findings(architecture_not_built_in, gpu=gpu(V100, builds=[torch_build()]))
    (beside,) = findings(architecture_not_built_in, gpu=gpu(V100, H100, builds=[torch_build()]))
    assert (alone.severity, beside.severity) == (Severity.ERROR, Severity.WARNING)
    assert "CUDA_VISIBLE_DEVICES" in words([beside])
    assert "CUDA_VISIBLE_DEVICES" not in words([alone])


def test_a_gpu_that_is_hidden_from_programs_is_not_judged() -> None:
    hidden = nvidia_device("Tesla V100-SXM2-32GB", "7.0", hidden=True)
    assert findings(architecture_not_built_in, gpu=gpu(hidden, H100, builds=[torch_build()])) == []


@pytest.mark.parametrize("check", [architecture_not_built_in, cuda_newer_than_driver], ids=lambda check: check.name)
def test_where_all_are_hidden_builds_are_not_judged(check: Any) -> None:
    place = gpu(V100, builds=[torch_build()], hidden="CUDA_VISIBLE_DEVICES=-1", **OLD)
    assert outcome(check, gpu=place).status == "not-applicable"
