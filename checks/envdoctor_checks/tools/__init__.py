"""Do notebooks run in the environment they are meant for, and is there something to write programs with?"""

from envdoctor_checks.tools import (
    jupyter_of_another_prefix,
    kernel_is_another_python,
    kernel_points_nowhere,
    kernel_without_ipykernel,
    no_editor,
)

CHECKS = (
    kernel_points_nowhere.kernel_points_nowhere,
    kernel_without_ipykernel.kernel_without_ipykernel,
    kernel_is_another_python.kernel_is_another_python,
    jupyter_of_another_prefix.jupyter_of_another_prefix,
    no_editor.no_editor,
)
