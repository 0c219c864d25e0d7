"""Conda: its channels, its base, and whether what it installed is still what it installed."""

from envdoctor_checks.conda import (
    base_in_use,
    bloated_base,
    channel_priority_not_strict,
    conda_forge_not_first,
    condarc_ignored,
    damaged_conda_package,
    defaults_terms,
    insecure_channel,
    interrupted_install,
    mixed_channels,
    no_channels,
    nodefaults_in_condarc,
    old_conda,
    pip_over_conda,
    retired_channel,
)

CHECKS = (
    interrupted_install.interrupted_install,
    damaged_conda_package.damaged_package,
    pip_over_conda.pip_over_conda,
    mixed_channels.mixed_channels,
    defaults_terms.defaults_terms,
    channel_priority_not_strict.priority_not_strict,
    conda_forge_not_first.conda_forge_not_first,
    insecure_channel.insecure_channel,
    no_channels.no_channels,
    condarc_ignored.condarc_ignored,
    retired_channel.retired_channel,
    nodefaults_in_condarc.nodefaults_in_condarc,
    bloated_base.bloated_base,
    base_in_use.base_in_use,
    old_conda.old_conda,
)
