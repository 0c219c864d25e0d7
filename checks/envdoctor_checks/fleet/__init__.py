"""Many machines: what differs between them. These rules judge a fleet, and take no part in a check-up of one machine."""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "recording_missing_or_broken",
    "python_differs",
    "packages_differ",
    "blas_differs",
    "threads_differ",
    "cpu_features_differ",
    "gpu_or_driver_differs",
    "environment_differs",
    "crowded_machine",
    "memory_limit_too_high",
    "local_directory_on_a_network",
    "one_gpu_for_several_workers",
    "mpi_of_another_make",
)
