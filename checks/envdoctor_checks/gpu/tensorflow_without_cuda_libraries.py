"""GPU011: TensorFlow is a CUDA build and a GPU is usable, but there are neither `nvidia-*` wheels of its CUDA nor a
CUDA toolkit.
"""

import re
from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Gpu, Install, NotApplicable, Rule, Severity, check, numbers
from envdoctor_checks.gpu._devices import builds, usable

GPU011 = Rule("GPU011", "tensorflow-without-cuda-libraries", Severity.WARNING, guide=("pkg-3",))


@check(GPU011, given={"gpu.builds": "no TensorFlow with CUDA is installed"})
def tensorflow_without_cuda_libraries(gpu: Gpu) -> Iterator[Finding]:
    """Libraries of another major version have other names (``libcudart.so.13``) and don't help."""
    tensorflow = next((build for build in builds(gpu, "tensorflow") if build.backend == "cuda"), None)
    if tensorflow is None:
        raise NotApplicable("no TensorFlow with CUDA is installed")
    usable(gpu)
    major = str(numbers(tensorflow.cuda)[0]) if isinstance(tensorflow.cuda, str) else ""
    core = [item for item in gpu.libraries if "cudnn" in item.name or "cublas" in item.name]
    if (
        tensorflow.build
        or any(_is_for(item, major) for item in gpu.toolkits)
        or any(not major or item.cuda in (major, None) for item in core)
    ):
        return
    others = sorted({f"{item.name} {item.version}" for item in core} | set(gpu.toolkits))
    yield Finding(
        GPU011,
        "tensorflow",
        (
            Evidence("build", f"tensorflow {tensorflow.version} for CUDA {tensorflow.cuda}"),
            Evidence(
                "CUDA libraries",
                f"for another CUDA only: {', '.join(others)}"
                if others
                else "neither nvidia-* distributions nor a toolkit",
            ),
        ),
        f"TensorFlow is built for CUDA {major}, and the CUDA {major} libraries are not installed",
        'It says "Cannot dlopen some GPU libraries" and computes on the processor.',
        remedies=(Install(("tensorflow[and-cuda]",)),),
    )


def _is_for(toolkit: str, major: str) -> bool:
    """Whether a toolkit may be of this major version; one that does not tell may."""
    match = re.search(r"libcudart\.so\.(\d+)$|cuda-(\d+)\.\d|(?:cudatoolkit|cuda-cudart) (\d+)\.", toolkit)
    return not match or not major or major in match.groups()
