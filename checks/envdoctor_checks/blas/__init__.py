"""The linear-algebra libraries under NumPy and SciPy: do they load, how many are there, are they fast?"""

from envdoctor_checks.blas import (
    blas_crashes,
    blas_does_not_load,
    competing_openblas_pools,
    competing_openmp,
    duplicate_openblas,
    flush_to_zero,
    forced_kernels,
    mixed_blas_vendors,
    mkl_installed_but_unused,
    mkl_redistribution,
    older_libstdcxx_wins,
    openmp_error_silenced,
    precision_lowered,
    slow_blas,
    wrong_results,
)

CHECKS = (
    blas_does_not_load.does_not_load,
    blas_crashes.blas_crashes,
    wrong_results.wrong_results,
    flush_to_zero.flush_to_zero,
    precision_lowered.precision_lowered,
    duplicate_openblas.duplicate_openblas,
    competing_openblas_pools.competing_openblas_pools,
    slow_blas.slow_blas,
    forced_kernels.forced_kernels,
    mkl_installed_but_unused.installed_but_unused,
    mkl_redistribution.redistribution,
    mixed_blas_vendors.mixed_vendors,
    competing_openmp.competing_openmp,
    openmp_error_silenced.openmp_error_silenced,
    older_libstdcxx_wins.older_libstdcxx_wins,
)
