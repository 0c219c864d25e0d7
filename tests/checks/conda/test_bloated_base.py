"""CON005 bloated-base: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.rules import Severity
from envdoctor.facts import Missing
from envdoctor.testing import changed, conda, distribution, findings, outcome, packages, patient
from envdoctor_checks.conda.base_in_use import base_in_use
from envdoctor_checks.conda.bloated_base import bloated_base
from tests.checks.conda._shared import base
from tests.support.cures import argvs, cure


def in_base(*requested: str, flavour: str = "miniforge", **changes: Any) -> Any:
    return conda(is_base=True, flavour=flavour, base=base(*requested, **changes))


@pytest.mark.parametrize(
    ("requested", "level"),
    [(["tree"], Severity.INFO), (["numpy"], Severity.WARNING), (["a", "b", "c", "d", "e"], Severity.WARNING)],
)
def test_a_bloated_base_is_a_word_then_a_warning(requested: list[str], level: Severity) -> None:
    (finding,) = findings(bloated_base, conda=in_base(*requested))
    assert finding.severity == level
    fix = cure(finding, conda=in_base(*requested))
    assert argvs(fix) == [f"conda create --name work {' '.join(requested)}"] and fix.applicability == "unsafe"


def test_what_pip_took_from_elsewhere_is_asked_of_no_index() -> None:
    mine = distribution("mine", url="file:///src/mine", editable=True)
    known = in_base("numpy", pip=["mine", "torch"])
    (finding,) = findings(bloated_base, conda=known, packages=packages(mine, distribution("torch")))
    apart = cure(finding, conda=known)
    assert "mine" not in " ".join(argvs(apart)) and "torch" in argvs(apart)[1]
    assert "mine came from elsewhere" in apart.reason
    slim = cure(finding, 1, conda=known)
    assert "mine" not in " ".join(argvs(slim)) + slim.undo


def test_base_is_named_by_its_prefix() -> None:
    """The conda on PATH may be another one, with a base of its own."""
    (finding,) = findings(bloated_base, conda=in_base("numpy", pip=["torch"]))
    slim = cure(finding, 1, conda=in_base("numpy", pip=["torch"]))
    assert argvs(slim) == [
        "conda run --prefix /opt/conda python -m pip uninstall --yes torch",
        "conda remove --prefix /opt/conda numpy",
    ]
    assert slim.undo == (
        "conda install --prefix /opt/conda numpy; conda run --prefix /opt/conda python -m pip install torch"
    )


def test_what_only_came_along_is_no_bloat_and_anaconda_is_milder() -> None:
    assert findings(bloated_base, conda=in_base()) == []
    levels = [
        findings(bloated_base, conda=in_base("numpy", flavour="anaconda"), level=level)[0].severity
        for level in ("beginner", "advanced")
    ]
    assert levels == [Severity.INFO, Severity.WARNING]


def test_pips_packages_count_where_the_installers_set_is_not_known() -> None:
    unknown = Missing("nothing tells")
    told = in_base(added=unknown, added_bytes=unknown, requested=unknown, initial_known=False, pip=["torch"])
    assert [item.severity for item in findings(bloated_base, conda=told)] == [Severity.WARNING]
    silent = in_base(added=unknown, added_bytes=unknown, requested=unknown, initial_known=False)
    assert outcome(bloated_base, conda=silent).status == "unknown"


def test_in_an_image_and_in_an_environment_base_does_not_matter() -> None:
    image = changed(patient(), overlays=["container"])
    for check in (bloated_base, base_in_use):
        assert outcome(check, conda=in_base("numpy"), patient=image).status == "not-applicable"
        assert outcome(check, conda=conda()).status == "not-applicable"
    assert len(findings(base_in_use, conda=in_base())) == 1
    younger = in_base("numpy", younger_than_container=True)
    assert len(findings(bloated_base, conda=younger, patient=image)) == 1


def test_a_size_that_is_next_to_nothing_is_left_out() -> None:
    (small,) = findings(bloated_base, conda=in_base("numpy", added_bytes=20_000))
    (large,) = findings(bloated_base, conda=in_base("numpy", added_bytes=20_000_000))
    assert "MB" not in small.title and "20.0 MB" in large.title
