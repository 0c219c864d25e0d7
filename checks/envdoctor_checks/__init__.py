"""The checks that come with envdoctor. They import `envdoctor.api` and nothing else of it."""

from envdoctor_checks import blas, interpreter, packages, project, threads

CHECKS = (
    interpreter.broken_environment,
    interpreter.does_not_start,
    interpreter.end_of_life,
    packages.unmet_requirement,
    blas.does_not_load,
    blas.duplicate_openblas,
    threads.more_threads_than_cpus,
    project.no_environment_file,
)
