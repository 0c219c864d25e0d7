"""Do notebooks run in the environment they are meant for, and is there something to write programs with?"""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "kernel_points_nowhere",
    "kernel_without_ipykernel",
    "kernel_is_another_python",
    "jupyter_of_another_prefix",
    "no_editor",
)
