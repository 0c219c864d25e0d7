"""Conda: its channels, its base, and whether what it installed is still what it installed."""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "conda_does_not_start",
    "state_file_stops_conda",
    "solver_not_installed",
    "interrupted_install",
    "damaged_conda_package",
    "pip_over_conda",
    "conda_requirement_unmet",
    "mixed_platforms",
    "packages_left_behind",
    "mixed_channels",
    "defaults_terms",
    "channel_priority_not_strict",
    "conda_forge_not_first",
    "insecure_channel",
    "no_channels",
    "condarc_ignored",
    "retired_channel",
    "nodefaults_in_condarc",
    "bloated_base",
    "base_in_use",
    "old_conda",
    "channel_variable_unset",
    "environment_not_writable",
)
