"""The checks that come with envdoctor. They import `envdoctor.api` and nothing else of it."""

from envdoctor_checks import (
    blas,
    foundations,
    interpreter,
    jupyter,
    leaks,
    neighbourhood,
    packages,
    project,
    threads,
)

CHECKS = (
    interpreter.broken_environment,
    interpreter.does_not_start,
    interpreter.end_of_life,
    leaks.packages_in_system_python,
    neighbourhood.pip_serves_another_python,
    neighbourhood.environment_shadowed,
    leaks.pythonpath_leak,
    leaks.user_site_leak,
    foundations.fragile_base,
    foundations.emulated_interpreter,
    foundations.moved_environment,
    neighbourhood.two_environments_active,
    neighbourhood.module_shadowed_here,
    packages.unmet_requirement,
    blas.does_not_load,
    blas.duplicate_openblas,
    threads.more_threads_than_cpus,
    project.no_environment_file,
    jupyter.kernel_points_nowhere,
    jupyter.kernel_is_another_python,
    jupyter.jupyter_of_another_prefix,
    jupyter.no_editor,
)
