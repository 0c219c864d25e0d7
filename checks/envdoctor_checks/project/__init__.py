"""What a project says it needs, beside what is there."""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "no_environment_file",
    "environment_drift",
    "no_versions",
    "no_lock",
    "no_environment_of_its_own",
)
