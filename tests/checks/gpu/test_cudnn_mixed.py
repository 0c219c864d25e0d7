"""GPU010 cudnn-mixed: loud and quiet."""

import pytest

from envdoctor.engine.remedies import SetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Copy
from envdoctor.testing import environment, findings, gpu
from envdoctor_checks.gpu.cudnn_mixed import cudnn_mixed
from tests.checks.gpu._shared import H100


def copies(*others: Copy) -> list[Copy]:
    return [Copy(source="pip", owner="nvidia-cudnn-cu12", soname="libcudnn.so.9", version="9.20.0.48"), *others]


def in_path(soname: str, version: str | None) -> Copy:
    return Copy(source="variable", owner="/apps/cudnn/lib", soname=soname, version=version)


def test_condas_cudnn_of_another_version_beside_pips_is_found() -> None:
    other = Copy(source="conda", owner="/somewhere/lib", soname="libcudnn.so.9", version="9.10.1")
    (finding,) = findings(cudnn_mixed, gpu=gpu(H100, cudnn=copies(other)))
    assert (finding.rule.code, finding.severity) == ("GPU010", Severity.WARNING)


def test_a_systems_copy_behind_a_wheel_that_finds_its_own_is_nothing() -> None:
    """On an H100: torch loads the wheel's 9.19 by its RPATH, whatever the system has."""
    other = Copy(source="system", owner="/usr/lib/x86_64-linux-gnu", soname="libcudnn.so.9", version="9.14.0")
    assert findings(cudnn_mixed, gpu=gpu(H100, cudnn=copies(other))) == []


@pytest.mark.parametrize("soname", ["libcudnn_ops.so.9", "libcudnn_engines_tensor_ir.so.9"])
def test_a_part_of_another_version_on_ld_library_path_is_found_and_only_its_folder_goes(soname: str) -> None:
    """cuDNN looks for its parts by name, and LD_LIBRARY_PATH goes before its own RUNPATH."""
    place = gpu(H100, cudnn=copies(in_path(soname, "9.23.0")))
    variables = environment(LD_LIBRARY_PATH="/opt/driver:/apps/cudnn/lib")
    (finding,) = findings(cudnn_mixed, gpu=place, environment=variables)
    (way,) = finding.remedies
    assert isinstance(way, SetEnv) and way.variables == {"LD_LIBRARY_PATH": "/opt/driver"}


@pytest.mark.parametrize(
    "other",
    [
        in_path("libcudnn.so.9", "9.23.0"),  # the wheel's RPATH goes first
        in_path("libcudnn_ops.so.8", "8.9.7"),
        in_path("libcudnn_ops.so.9", "9.20.0"),
        Copy(source="conda", owner="/env/lib", soname="libcudnn.so.9", version="9.20.0"),
    ],
)
def test_another_soname_the_same_version_and_the_front_library_are_quiet(other: Copy) -> None:
    assert findings(cudnn_mixed, gpu=gpu(H100, cudnn=copies(other))) == []


def test_a_torch_with_a_cudnn_of_its_own_meets_that_of_ld_library_path() -> None:
    own = Copy(source="torch", owner="torch", soname="libcudnn.so.8", version=None)
    (finding,) = findings(cudnn_mixed, gpu=gpu(H100, cudnn=[own, in_path("libcudnn.so.8", None)]))
    assert "/apps/cudnn/lib" in finding.title
