"""GPU011: TensorFlow is a CUDA build and a GPU is usable, but there are neither `nvidia-*` wheels nor a CUDA toolkit."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Gpu, Install, NotApplicable, Rule, Severity, check
from envdoctor_checks.gpu._devices import builds, usable

GPU011 = Rule("GPU011", "tensorflow-without-cuda-libraries", Severity.WARNING, guide=("pkg-3",))


@check(GPU011)
def tensorflow_without_cuda_libraries(gpu: Gpu) -> Iterator[Finding]:
    tensorflow = next((build for build in builds(gpu, "tensorflow") if build.backend == "cuda"), None)
    if tensorflow is None:
        raise NotApplicable("no TensorFlow with CUDA is installed")
    usable(gpu)
    if tensorflow.build or gpu.toolkits or any("cudnn" in item.name or "cublas" in item.name for item in gpu.libraries):
        return
    yield Finding(
        GPU011,
        "tensorflow",
        (
            Evidence("build", f"tensorflow {tensorflow.version} for CUDA {tensorflow.cuda}"),
            Evidence("CUDA libraries", "neither nvidia-* distributions nor a toolkit"),
        ),
        "TensorFlow is built for CUDA, and the CUDA libraries are not installed",
        'It says "Cannot dlopen some GPU libraries" and computes on the processor.',
        remedies=(Install(("tensorflow[and-cuda]",)),),
    )
