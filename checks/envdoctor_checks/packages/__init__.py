"""Do the installed distributions fit together, and are they whole?"""

from envdoctor.api import checks_of

CHECKS = checks_of(
    __name__,
    "unmet_requirement",
    "two_versions_installed",
    "damaged_metadata",
    "missing_files",
    "module_does_not_import",
    "interrupted_install",
    "shadowed_distribution",
    "built_for_numpy_1",
    "distributions_overwrite_each_other",
    "editable_source_gone",
    "built_for_another_python",
    "packages_folder_gone",
)
