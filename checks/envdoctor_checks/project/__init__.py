"""What a project says it needs, beside what is there."""

from envdoctor_checks.project import (
    environment_drift,
    no_environment_file,
    no_environment_of_its_own,
    no_lock,
    no_versions,
)

CHECKS = (
    no_environment_file.no_environment_file,
    environment_drift.environment_drift,
    no_versions.no_versions,
    no_lock.no_lock,
    no_environment_of_its_own.no_environment_of_its_own,
)
