"""The checks that come with envdoctor. They import `envdoctor.api` and nothing else of it."""

from envdoctor_checks import (
    blas,
    conda,
    gpu,
    packages,
    project,
    python,
    threads,
    tools,
)

CHECKS = (
    *python.CHECKS,
    *packages.CHECKS,
    *blas.CHECKS,
    *conda.CHECKS,
    *threads.CHECKS,
    *project.CHECKS,
    *gpu.CHECKS,
    *tools.CHECKS,
)
