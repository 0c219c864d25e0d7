"""BLA015: A variable lets products round their input to fewer bits than its type has."""

from collections.abc import Iterator

from msgspec import Struct

from envdoctor.api import (
    Blas,
    Confidence,
    Evidence,
    Finding,
    Missing,
    Packages,
    Rule,
    Severity,
    UnsetEnv,
    Variables,
    check,
)

BLA015 = Rule("BLA015", "precision-lowered", Severity.INFO, Confidence.LIKELY)


class Switch(Struct, frozen=True):
    """A ``variable``, its ``values`` (small letters) that lower precision, ``what`` then happens, and the packages that read it."""

    variable: str
    values: tuple[str, ...]
    what: str
    readers: tuple[str, ...]


ON = ("1", "true", "on", "yes")
ONEDNN_MODES = ("bf16", "f16", "tf32", "any")
SWITCHES = (
    # https://developer.nvidia.com/blog/accelerating-ai-training-with-tf32-tensor-cores/ (0 switches TF32 off)
    Switch(
        "NVIDIA_TF32_OVERRIDE",
        ("1",),
        "NVIDIA's libraries may use TF32, with 10 bits of mantissa in place of 23",
        ("torch", "tensorflow", "jax", "jaxlib", "cupy"),
    ),
    # https://docs.pytorch.org/docs/stable/torch_environment_variables.html
    Switch("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", ON, "PyTorch's products may use TF32 on a GPU", ("torch",)),
    # https://uxlfoundation.github.io/oneDNN/dev_guide_attributes_fpmath_mode.html; both prefixes are read
    Switch(
        "ONEDNN_DEFAULT_FPMATH_MODE",
        ONEDNN_MODES,
        "oneDNN may round single precision to fewer bits",
        ("torch", "tensorflow", "intel-tensorflow", "onednn"),
    ),
    Switch(
        "DNNL_DEFAULT_FPMATH_MODE",
        ONEDNN_MODES,
        "oneDNN may round single precision to fewer bits",
        ("torch", "tensorflow", "intel-tensorflow", "onednn"),
    ),
    # https://docs.jax.dev/en/latest/_autosummary/jax.default_matmul_precision.html
    Switch(
        "JAX_DEFAULT_MATMUL_PRECISION",
        ("bfloat16", "tensorfloat32", "fastest", "bf16_bf16_f32", "tf32_tf32_f32"),
        "JAX's products round their input",
        ("jax",),
    ),
)
MKL = "MKL_BLAS_COMPUTE_MODE"
MKL_MODES = ("float_to_bf16", "float_to_bf16x2", "float_to_bf16x3", "float_to_tf32", "complex_3m", "any")


@check(BLA015)
def precision_lowered(
    environment: Variables, packages: Packages | Missing | None = None, blas: Blas | Missing | None = None
) -> Iterator[Finding]:
    """Only where something is installed that reads the variable."""
    found = packages.distributions if isinstance(packages, Packages) else []
    for switch in SWITCHES:
        value = environment.variables.get(switch.variable, "")
        readers = [item.key for item in found if _reads(item.key, switch.readers)]
        if readers and value.strip().lower() in switch.values:
            yield _finding(switch.variable, value, switch.what, ", ".join(dict.fromkeys(readers)))
    value = environment.variables.get(MKL, "")
    mkl = [item for item in blas.libraries if item.vendor == "mkl"] if isinstance(blas, Blas) else []
    # https://www.intel.com/content/www/us/en/docs/onemkl/developer-reference-dpcpp/2025-0/compute-modes.html
    if mkl and set(value.lower().replace(" ", "").split(",")) & set(MKL_MODES):
        yield _finding(MKL, value, "MKL may round single precision to fewer bits in products", mkl[0].path)


def _reads(key: str, readers: tuple[str, ...]) -> bool:
    return key in readers or ("cupy" in readers and key.startswith("cupy-"))


def _finding(variable: str, value: str, what: str, readers: str) -> Finding:
    return Finding(
        BLA015,
        variable,
        (Evidence(variable, value), Evidence("read by", readers)),
        f"{variable}={value}: {what}",
        "Products are faster, and their results have two to four correct digits where single precision has seven. No warning is given.",
        remedies=(UnsetEnv((variable,), unless="the speed is worth the digits"),),
    )
