"""The checks that come with envdoctor. They import `envdoctor.api` and nothing else of it."""

from envdoctor_checks import blas, drift, extensions, installed, interpreter, packages, project, threads, versions

CHECKS = (
    interpreter.broken_environment,
    interpreter.does_not_start,
    interpreter.end_of_life,
    packages.unmet_requirement,
    packages.two_versions_installed,
    installed.damaged_metadata,
    installed.missing_files,
    installed.interrupted_install,
    packages.shadowed_distribution,
    extensions.built_for_numpy_1,
    installed.distributions_overwrite_each_other,
    extensions.built_for_another_python,
    blas.does_not_load,
    blas.duplicate_openblas,
    threads.more_threads_than_cpus,
    project.no_environment_file,
    drift.environment_drift,
    versions.no_versions,
    versions.no_lock,
    project.no_environment_of_its_own,
)
