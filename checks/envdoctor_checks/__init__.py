"""The checks that come with envdoctor. They import `envdoctor.api` and nothing else of it."""

from envdoctor_checks import (
    blas,
    gpu,
    gpu_architectures,
    gpu_driver,
    gpu_files,
    gpu_packages,
    interpreter,
    packages,
    project,
    threads,
)

CHECKS = (
    interpreter.broken_environment,
    interpreter.does_not_start,
    interpreter.end_of_life,
    packages.unmet_requirement,
    blas.does_not_load,
    blas.duplicate_openblas,
    threads.more_threads_than_cpus,
    project.no_environment_file,
    gpu_driver.driver_mismatch,
    gpu_driver.gpu_without_driver,
    gpu.cuda_newer_than_driver,
    gpu_architectures.architecture_not_built_in,
    gpu.cpu_build,
    gpu_packages.jax_without_plugin,
    gpu_files.nvidia_files_collide,
    gpu_files.cuda_library_shadowed,
    gpu_packages.several_cupy,
    gpu_files.cudnn_mixed,
    gpu_packages.tensorflow_without_cuda_libraries,
)
