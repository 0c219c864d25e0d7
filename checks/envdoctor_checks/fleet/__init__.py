"""Many machines: what differs between them. These rules judge a fleet, and take no part in a check-up of one machine."""

from envdoctor_checks.fleet import (
    blas_differs,
    cpu_features_differ,
    crowded_machine,
    environment_differs,
    gpu_or_driver_differs,
    local_directory_on_a_network,
    memory_limit_too_high,
    mpi_of_another_make,
    one_gpu_for_several_workers,
    packages_differ,
    python_differs,
    recording_missing_or_broken,
    threads_differ,
)

CHECKS = (
    recording_missing_or_broken.recording_missing_or_broken,
    python_differs.python_differs,
    packages_differ.packages_differ,
    blas_differs.blas_differs,
    threads_differ.threads_differ,
    cpu_features_differ.cpu_features_differ,
    gpu_or_driver_differs.gpu_or_driver_differs,
    environment_differs.environment_differs,
    crowded_machine.crowded_machine,
    memory_limit_too_high.memory_limit_too_high,
    local_directory_on_a_network.local_directory_on_a_network,
    one_gpu_for_several_workers.one_gpu_for_several_workers,
    mpi_of_another_make.mpi_of_another_make,
)
