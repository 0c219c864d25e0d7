"""The interpreter: whose it is, whether it starts, and which one answers."""

from envdoctor_checks.python import (
    broken_environment,
    emulated_interpreter,
    environment_shadowed,
    fragile_base,
    incomplete_python,
    interpreter_does_not_start,
    module_shadowed_here,
    moved_environment,
    packages_in_system_python,
    pip_serves_another_python,
    python_end_of_life,
    pythonpath_leak,
    replaced_while_running,
    two_environments_active,
    user_site_leak,
    variable_names_nothing,
)

CHECKS = (
    broken_environment.broken_environment,
    interpreter_does_not_start.does_not_start,
    python_end_of_life.end_of_life,
    packages_in_system_python.packages_in_system_python,
    pip_serves_another_python.pip_serves_another_python,
    environment_shadowed.environment_shadowed,
    pythonpath_leak.pythonpath_leak,
    user_site_leak.user_site_leak,
    fragile_base.fragile_base,
    emulated_interpreter.emulated_interpreter,
    moved_environment.moved_environment,
    two_environments_active.two_environments_active,
    module_shadowed_here.module_shadowed_here,
    incomplete_python.incomplete_python,
    variable_names_nothing.variable_names_nothing,
    replaced_while_running.replaced_while_running,
)
