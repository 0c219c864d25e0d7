"""The linear-algebra libraries under NumPy and SciPy: do they load, how many are there, are they fast?"""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "blas_does_not_load",
    "blas_crashes",
    "wrong_results",
    "kernels_known_wrong",
    "flush_to_zero",
    "precision_lowered",
    "duplicate_openblas",
    "competing_openblas_pools",
    "slow_blas",
    "forced_kernels",
    "mkl_installed_but_unused",
    "mkl_redistribution",
    "mixed_blas_vendors",
    "competing_openmp",
    "openmp_error_silenced",
    "older_libstdcxx_wins",
)
