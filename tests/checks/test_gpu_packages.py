"""GPU004–GPU006, GPU009–GPU011: the packages that bring CUDA."""

from typing import Any

import pytest

from envdoctor.facts import Build, Collision, Copy, CudaWheel, Shadow
from envdoctor.fixes import Toolbox
from envdoctor.rules import Install, InstallBuild, Manual, Replace, Severity
from envdoctor_checks.gpu_files import cuda_library_shadowed, cudnn_mixed, nvidia_files_collide
from envdoctor_checks.gpu_packages import jax_without_plugin, several_cupy, tensorflow_without_cuda_libraries
from tests.build import SITE, distribution, facts, findings, gpu, nvidia_device, outcome, packages

H100 = nvidia_device()
CUDNN12 = CudaWheel(name="nvidia-cudnn-cu12", version="9.28.0.42", cuda="12")


def built(package: str, cuda: str | None = None, **changes: Any) -> Build:
    values: dict[str, Any] = {"package": package, "version": "0.10.2", "cuda": cuda, "architectures": []}
    return Build(**(values | {"backend": "cuda" if cuda else "cpu"} | changes))


# --- GPU004 ---


def test_jax_without_its_plug_in_is_found() -> None:
    (finding,) = findings(jax_without_plugin, gpu=gpu(H100, builds=[built("jaxlib")]))
    assert (finding.rule.code, finding.level) == ("GPU004", Severity.WARNING)
    assert finding.remedies == (InstallBuild("jaxlib", "13"),)
    fix = Toolbox(facts()).fix(finding.remedies[0], "GPU004")
    assert fix.steps[0]["argv"][-1] == "jax[cuda13]"


def test_an_old_driver_gets_the_older_plug_in() -> None:
    place = gpu(H100, builds=[built("jaxlib")], driver="535.104.05", cuda_driver_version="12.2")
    (finding,) = findings(jax_without_plugin, gpu=place)
    assert Toolbox(facts()).fix(finding.remedies[0], "GPU004").steps[0]["argv"][-1] == "jax[cuda12]"


def test_halves_of_different_versions_are_found() -> None:
    place = gpu(H100, builds=[built("jaxlib"), built("jax-cuda13-plugin", "13")])
    (finding,) = findings(jax_without_plugin, gpu=place, packages=packages(distribution("jax-cuda13-pjrt", "0.9.2")))
    assert "0.9.2" in finding.evidence[1].value
    assert finding.remedies == (Install(("jax-cuda13-pjrt==0.10.2",)),)


def test_jax_with_both_halves_or_without_a_gpu_is_quiet() -> None:
    both = [built("jaxlib"), built("jax-cuda13-plugin", "13")]
    installed = packages(distribution("jax-cuda13-pjrt", "0.10.2"))
    assert findings(jax_without_plugin, gpu=gpu(H100, builds=both), packages=installed) == []
    assert outcome(jax_without_plugin, gpu=gpu(builds=[built("jaxlib")])).status == "not-applicable"


# --- GPU005 ---


def cudnn(first: str = "sha256=a", second: str = "sha256=b", **requires: list[str]) -> Any:
    """Both cuDNNs, whose RECORDs give these hashes to two libraries; ``torch``, say, requires what is given."""
    claims = {"nvidia-cudnn-cu12": first, "nvidia-cudnn-cu13": second}
    return packages(
        distribution("nvidia-cudnn-cu12", "9.28.0.42"),
        distribution("nvidia-cudnn-cu13", "9.28.1.4"),
        *(distribution(name, requires=lines) for name, lines in requires.items()),
        collisions=[
            Collision(path=f"{SITE}/nvidia/cudnn/lib/{name}", claims=claims)
            for name in ("libcudnn.so.9", "libcudnn_ops.so.9")
        ],
    )


def test_two_wheels_with_one_library_collide() -> None:
    wanted = cudnn(torch=["nvidia-cudnn-cu12==9.28.0.42; platform_system == 'Linux'"])
    (finding,) = findings(nvidia_files_collide, packages=wanted)
    assert (finding.rule.code, finding.level) == ("GPU005", Severity.ERROR)
    assert finding.subject == "nvidia-cudnn-cu12 and nvidia-cudnn-cu13"
    assert finding.remedies == (
        Replace(
            ("nvidia-cudnn-cu13",),
            ("nvidia-cudnn-cu12==9.28.0.42",),
            title="remove nvidia-cudnn-cu13, which nothing here asks for, then put the files of nvidia-cudnn-cu12 back",
        ),
    )
    steps = Toolbox(facts(packages=wanted)).fix(finding.remedies[0], "GPU005").steps
    assert [step["argv"][2] for step in steps] == ["uninstall", "install"]


def test_what_is_asked_for_twice_needs_two_environments() -> None:
    wanted = cudnn(torch=["nvidia-cudnn-cu13"], other=["nvidia-cudnn-cu12>=9"])
    (finding,) = findings(nvidia_files_collide, packages=wanted)
    assert isinstance(finding.remedies[0], Manual)


def test_the_same_files_are_a_warning() -> None:
    (finding,) = findings(nvidia_files_collide, packages=cudnn("sha256=a", "sha256=a"))
    assert finding.level == Severity.WARNING


def test_wheels_that_share_nothing_or_only_python_files_are_quiet() -> None:
    wheels = (distribution("nvidia-cublas-cu12"), distribution("nvidia-nvtx-cu12"))
    claims = {"nvidia-cublas-cu12": "sha256=a", "nvidia-nvtx-cu12": "sha256=b"}
    module = Collision(path=f"{SITE}/nvidia/shared.py", claims=claims)
    assert findings(nvidia_files_collide, packages=packages(*wheels, collisions=[module])) == []
    assert outcome(nvidia_files_collide).status == "not-applicable"


# --- GPU006 ---


@pytest.mark.parametrize(("certain", "level"), [([], Severity.INFO), (["tensorflow"], Severity.WARNING)])
def test_a_shadowed_library_is_certain_where_it_is_found_by_runpath(certain: list[str], level: Severity) -> None:
    shadow = Shadow(soname="libcudnn.so.9", folder="/opt/cuda/lib64", wheel="nvidia-cudnn-cu12", certain=certain)
    (finding,) = findings(cuda_library_shadowed, gpu=gpu(H100, libraries=[CUDNN12], shadowed=[shadow, shadow]))
    assert (finding.rule.code, finding.level, finding.subject) == ("GPU006", level, "/opt/cuda/lib64")
    assert outcome(cuda_library_shadowed, gpu=gpu(libraries=[CUDNN12], shadowed=[shadow])).status == "not-applicable"


def test_nothing_shadowed_is_quiet() -> None:
    assert findings(cuda_library_shadowed, gpu=gpu(H100, libraries=[CUDNN12])) == []


# --- GPU009 ---


def test_two_cupys_are_found_and_one_is_quiet() -> None:
    two = packages(distribution("cupy-cuda12x"), distribution("cupy-cuda13x"))
    (finding,) = findings(several_cupy, gpu=gpu(H100), packages=two)
    assert (finding.rule.code, finding.level) == ("GPU009", Severity.ERROR)
    assert finding.remedies[0] == Replace(
        ("cupy-cuda12x", "cupy-cuda13x"),
        ("cupy-cuda13x",),
        title="remove all of them, then install the one for this driver",
    )
    one = packages(distribution("cupy-cuda12x"), distribution("cupy-xarray"))
    assert findings(several_cupy, gpu=gpu(H100), packages=one) == []
    assert outcome(several_cupy, gpu=gpu(), packages=two).status == "not-applicable"


# --- GPU010 ---


def copies(*others: Copy) -> list[Copy]:
    return [Copy(source="pip", owner="nvidia-cudnn-cu12", soname="libcudnn.so.9", version="9.28.0.42"), *others]


@pytest.mark.parametrize(("source", "level"), [("conda", Severity.WARNING), ("system", Severity.INFO)])
def test_a_second_cudnn_of_another_version_is_found(source: str, level: Severity) -> None:
    """NVIDIA's images for Docker bring a cuDNN, and PyTorch's wheels find their own by RPATH: no warning there."""
    other = Copy(source=source, owner="/somewhere/lib", soname="libcudnn.so.9", version="9.10.1")
    (finding,) = findings(cudnn_mixed, gpu=gpu(H100, cudnn=copies(other)))
    assert (finding.rule.code, finding.level) == ("GPU010", level)


@pytest.mark.parametrize(("soname", "version"), [("libcudnn.so.8", "8.9.7"), ("libcudnn.so.9", "9.28.0")])
def test_another_soname_or_the_same_version_is_quiet(soname: str, version: str) -> None:
    other = Copy(source="system", owner="/usr/lib64", soname=soname, version=version)
    assert findings(cudnn_mixed, gpu=gpu(H100, cudnn=copies(other))) == []


# --- GPU011 ---


def test_tensorflow_without_cudas_libraries_is_found() -> None:
    tensorflow = built("tensorflow", "12.5.1")
    (finding,) = findings(tensorflow_without_cuda_libraries, gpu=gpu(H100, builds=[tensorflow]))
    assert (finding.rule.code, finding.level) == ("GPU011", Severity.WARNING)
    assert finding.remedies == (Install(("tensorflow[and-cuda]",)),)


@pytest.mark.parametrize("changes", [{"libraries": [CUDNN12]}, {"toolkits": ["/usr/local/cuda"]}])
def test_tensorflow_with_wheels_or_a_toolkit_is_quiet(changes: dict[str, Any]) -> None:
    place = gpu(H100, builds=[built("tensorflow", "12.5.1")], **changes)
    assert findings(tensorflow_without_cuda_libraries, gpu=place) == []


def test_tensorflow_without_a_gpu_needs_none() -> None:
    place = gpu(builds=[built("tensorflow", "12.5.1")])
    assert outcome(tensorflow_without_cuda_libraries, gpu=place).status == "not-applicable"
