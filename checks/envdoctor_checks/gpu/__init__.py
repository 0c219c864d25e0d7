"""The graphics processors: do hardware, driver and the installed builds fit together?"""

from envdoctor_checks.gpu import (
    architecture_not_built_in,
    built_for_another_accelerator,
    cpu_build_on_gpu_machine,
    cuda_library_shadowed,
    cuda_newer_than_driver,
    cudnn_mixed,
    device_file_denied,
    driver_mismatch,
    extension_of_another_build,
    gpu_without_driver,
    gpus_hidden_by_mistake,
    jax_without_plugin,
    nvidia_files_collide,
    own_check_fails,
    several_cupy,
    tensorflow_without_cuda_libraries,
)

CHECKS = (
    driver_mismatch.driver_mismatch,
    gpu_without_driver.gpu_without_driver,
    cuda_newer_than_driver.cuda_newer_than_driver,
    architecture_not_built_in.architecture_not_built_in,
    cpu_build_on_gpu_machine.cpu_build,
    jax_without_plugin.jax_without_plugin,
    nvidia_files_collide.nvidia_files_collide,
    cuda_library_shadowed.cuda_library_shadowed,
    several_cupy.several_cupy,
    cudnn_mixed.cudnn_mixed,
    tensorflow_without_cuda_libraries.tensorflow_without_cuda_libraries,
    gpus_hidden_by_mistake.gpus_hidden_by_mistake,
    device_file_denied.device_file_denied,
    built_for_another_accelerator.built_for_another_accelerator,
    extension_of_another_build.extension_of_another_build,
    own_check_fails.own_check_fails,
)
