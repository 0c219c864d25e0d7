"""CON007 pip-over-conda: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Manual
from envdoctor.engine.rules import Severity
from envdoctor.testing import PREFIX, conda, findings, prefix, record
from envdoctor_checks.conda.pip_over_conda import pip_over_conda
from tests.checks.conda._shared import overlap
from tests.support.cures import argvs, cure


@pytest.mark.parametrize(
    ("package", "level"),
    [
        ("requests", Severity.WARNING),
        ("numpy", Severity.ERROR),
        ("libopenblas", Severity.ERROR),
        ("pandas", Severity.WARNING),
    ],
)
def test_pip_over_conda_is_an_error_for_what_all_else_rests_on(package: str, level: Severity) -> None:
    (finding,) = findings(pip_over_conda, conda=conda(record(package), overlaps=[overlap(package)]))
    assert (finding.subject, finding.severity) == (package, level)


def test_what_uv_takes_away_uv_brings_back() -> None:
    """Without pip in the environment neither step can be pip's."""
    sick = conda(record("pandas"), overlaps=[overlap("pandas")])
    (finding,) = findings(pip_over_conda, conda=sick)
    fix = cure(finding, conda=sick)
    assert argvs(fix)[0].startswith("uv ")
    assert fix.undo == f"uv pip install --python {PREFIX} pandas==2.0"
    spaced = prefix(path="/home/ada/my env")
    assert cure(finding, conda=sick, prefix=spaced).undo == "uv pip install --python '/home/ada/my env' pandas==2.0"


def test_a_frozen_environment_is_left_to_whoever_froze_it() -> None:
    frozen = conda(record("pandas"), overlaps=[overlap("pandas")], frozen=True)
    (finding,) = findings(pip_over_conda, conda=frozen)
    assert [type(fix) for fix in finding.remedies] == [Manual]


def test_pixi_is_told_which_workspace_and_environment() -> None:
    inside = prefix(path="/w/.pixi/envs/x")
    sick = conda(record("pandas"), overlaps=[overlap("pandas")], tool="pixi", flavour="pixi")
    (finding,) = findings(pip_over_conda, conda=sick, prefix=inside)
    again = argvs(cure(finding, conda=sick, prefix=inside))[1]
    assert again == "pixi reinstall --manifest-path /w --environment x pandas"
