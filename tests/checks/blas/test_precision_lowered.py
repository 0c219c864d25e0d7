"""BLA015 precision-lowered: loud and quiet."""

import pytest

from envdoctor.engine.remedies import UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.testing import blas, distribution, environment, findings, openblas, packages
from envdoctor_checks.blas.precision_lowered import precision_lowered


@pytest.mark.parametrize(
    ("variable", "value", "package"),
    [
        ("NVIDIA_TF32_OVERRIDE", "1", "torch"),
        ("NVIDIA_TF32_OVERRIDE", "1", "cupy-cuda12x"),
        ("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "1", "torch"),
        ("ONEDNN_DEFAULT_FPMATH_MODE", "BF16", "tensorflow"),
        ("JAX_DEFAULT_MATMUL_PRECISION", "bfloat16", "jax"),
    ],
)
def test_a_variable_that_lowers_precision_is_told_where_somebody_reads_it(
    variable: str, value: str, package: str
) -> None:
    set_here = environment(**{variable: value})
    (finding,) = findings(precision_lowered, environment=set_here, packages=packages(distribution(package)))
    assert finding.severity is Severity.INFO
    assert finding.title.startswith(f"{variable}={value}: ")
    assert isinstance(finding.remedies[0], UnsetEnv)
    assert findings(precision_lowered, environment=set_here, packages=packages(distribution("pandas"))) == []


def test_mkls_mode_counts_where_mkl_is() -> None:
    mode = environment(MKL_BLAS_COMPUTE_MODE="FLOAT_TO_BF16")
    (finding,) = findings(precision_lowered, environment=mode, blas=blas(openblas(vendor="mkl")))
    assert finding.subject == "MKL_BLAS_COMPUTE_MODE"
    assert findings(precision_lowered, environment=mode, blas=blas(openblas())) == []


@pytest.mark.parametrize(
    "variables",
    [
        {"NVIDIA_TF32_OVERRIDE": "0"},
        {"ONEDNN_DEFAULT_FPMATH_MODE": "STRICT"},
        {"JAX_DEFAULT_MATMUL_PRECISION": "float32"},
        {"MKL_CBWR": "COMPATIBLE"},
        {},
    ],
)
def test_what_leaves_precision_alone_is_quiet(variables: dict[str, str]) -> None:
    installed = packages(*map(distribution, ("torch", "jax", "tensorflow")))
    mkl = blas(openblas(vendor="mkl"))
    assert findings(precision_lowered, environment=environment(**variables), packages=installed, blas=mkl) == []
