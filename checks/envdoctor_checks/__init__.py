"""The checks that come with envdoctor. They import `envdoctor.api` and nothing else of it."""

from envdoctor_checks import blas, interpreter, mkl, packages, parallel, pools, project, threads, variables

CHECKS = (
    interpreter.broken_environment,
    interpreter.does_not_start,
    interpreter.end_of_life,
    packages.unmet_requirement,
    blas.does_not_load,
    blas.duplicate_openblas,
    pools.competing_openblas_pools,
    blas.slow_blas,
    pools.forced_kernels,
    mkl.installed_but_unused,
    mkl.redistribution,
    blas.mixed_vendors,
    pools.competing_openmp,
    pools.openmp_error_silenced,
    blas.older_libstdcxx_wins,
    threads.more_threads_than_cpus,
    parallel.nested_parallelism,
    variables.threads_capped,
    variables.variable_without_effect,
    variables.invalid_variable,
    variables.build_limit,
    parallel.process_limit,
    project.no_environment_file,
)
