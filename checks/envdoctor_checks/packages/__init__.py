"""Do the installed distributions fit together, and are they whole?"""

from envdoctor_checks.packages import (
    built_for_another_python,
    built_for_numpy_1,
    damaged_metadata,
    distributions_overwrite_each_other,
    editable_source_gone,
    interrupted_install,
    missing_files,
    module_does_not_import,
    packages_folder_gone,
    shadowed_distribution,
    two_versions_installed,
    unmet_requirement,
)

CHECKS = (
    unmet_requirement.unmet_requirement,
    two_versions_installed.two_versions_installed,
    damaged_metadata.damaged_metadata,
    missing_files.missing_files,
    module_does_not_import.module_does_not_import,
    interrupted_install.interrupted_install,
    shadowed_distribution.shadowed_distribution,
    built_for_numpy_1.built_for_numpy_1,
    distributions_overwrite_each_other.distributions_overwrite_each_other,
    editable_source_gone.editable_source_gone,
    built_for_another_python.built_for_another_python,
    packages_folder_gone.packages_folder_gone,
)
