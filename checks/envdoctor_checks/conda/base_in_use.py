"""CON006: The environment examined is conda's base."""

from collections.abc import Iterator

from envdoctor.api import Conda, Evidence, Finding, NewEnvironment, Patient, Rule, Severity, check
from envdoctor_checks.conda._base import require_base

CON006 = Rule("CON006", "base-in-use", Severity.INFO, guide=("rec-5", "repro-2"))


@check(CON006)
def base_in_use(conda: Conda, patient: Patient) -> Iterator[Finding]:
    require_base(conda, patient)
    yield Finding(
        CON006,
        "base",
        (Evidence("prefix", str(conda.root_prefix)), Evidence("chosen", patient.chosen)),
        "this is conda's base environment",
        "base holds conda itself. A project in an environment of its own can be deleted and made again; base can't.",
        remedies=(
            NewEnvironment(
                "make an environment for the project", name="work", packages=("python",), reason="it downloads a Python"
            ),
        ),
    )
