"""The interpreter: whose it is, whether it starts, and which one answers."""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "broken_environment",
    "interpreter_does_not_start",
    "python_end_of_life",
    "packages_in_system_python",
    "pip_serves_another_python",
    "environment_shadowed",
    "pythonpath_leak",
    "user_site_leak",
    "fragile_base",
    "emulated_interpreter",
    "moved_environment",
    "two_environments_active",
    "module_shadowed_here",
    "incomplete_python",
    "variable_names_nothing",
    "replaced_while_running",
    "setting_breaks_library",
    "no_room",
    "login_node",
)
