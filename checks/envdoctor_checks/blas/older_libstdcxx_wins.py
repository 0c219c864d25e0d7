"""BLA011: The dynamic loader refused an extension since the C++ run-time library that it found first is older than the
one the extension was built against.
"""

from collections.abc import Iterator

from envdoctor.api import Blas, Evidence, Finding, Manual, NotApplicable, Rule, Severity, check, known
from envdoctor_checks.blas._libraries import TOO_OLD

BLA011 = Rule("BLA011", "older-libstdc++-wins", Severity.ERROR)


@check(BLA011)
def older_libstdcxx_wins(blas: Blas) -> Iterator[Finding]:
    """By the loader's own refusal; nothing is inferred from version strings."""
    refused = [(error, match) for error in known(blas.errors) if (match := TOO_OLD.match(error.message))]
    if not refused and not known(blas.examined):
        raise NotApplicable("no extension that was loaded needs it")
    for error, match in refused:
        library, version, extension = match.groups()
        yield Finding(
            BLA011,
            library,
            (Evidence("the loader says", error.message), Evidence("loading", error.extension)),
            f"{error.package} needs {version}, and the libstdc++ that loads is too old for it",
            f"{extension} was built with a newer compiler than {library}, which the loader finds first.",
            remedies=(
                Manual(
                    f"take the folder of {library} out of LD_LIBRARY_PATH and LD_PRELOAD, or install a newer libstdc++ "
                    "(conda: `libstdcxx-ng`; Debian: `libstdc++6`) there"
                ),
            ),
        )
