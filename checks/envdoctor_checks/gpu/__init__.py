"""The graphics processors: do hardware, driver and the installed builds fit together?"""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "driver_mismatch",
    "gpu_without_driver",
    "cuda_newer_than_driver",
    "architecture_not_built_in",
    "cpu_build_on_gpu_machine",
    "jax_without_plugin",
    "nvidia_files_collide",
    "cuda_library_shadowed",
    "several_cupy",
    "cudnn_mixed",
    "tensorflow_without_cuda_libraries",
    "gpus_hidden_by_mistake",
    "device_file_denied",
    "built_for_another_accelerator",
    "extension_of_another_build",
    "own_check_fails",
)
