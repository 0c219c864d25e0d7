"""The least change comes first, and is called safe only where it is."""

import pytest

from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Install, Manual, Remedy
from envdoctor.engine.rules import Severity
from envdoctor.facts import Extension, Link, Packages
from envdoctor.fixes import Toolbox
from envdoctor.fixes.least import first_ways
from envdoctor.fixes.model import Fix
from envdoctor.testing import changed, distribution, facts, findings, packages, patient, prefix
from envdoctor_checks.packages.built_for_numpy_1 import built_for_numpy_1
from envdoctor_checks.packages.unmet_requirement import unmet_requirement
from tests.fixes.test_tools import PYTHON, fix, made_by
from tests.support import build
from tests.support.build import finding
from tests.support.cures import argv, argvs, planned

WANT = {"pandas": "numpy>=1.21", "scipy": "numpy<1.27,>=1.19.5", "numba": "numpy (<1.25,>=1.21)", "xarray": "numpy"}
OLD = packages(
    distribution("numpy", "2.2.6"),
    *(distribution(name, "1.5.3", requires=[line]) for name, line in WANT.items()),
)


def later(name: str) -> Finding:
    """As for an extension built for NumPy 1: a later release, or an older NumPy."""
    return finding("PKG007", Install((f"{name}>1.5.3",)), Install(("numpy<2",)), subject=name)


@pytest.mark.posix
def test_what_settles_all_comes_before_what_settles_one_each() -> None:
    """Conflicts, and extensions built for NumPy 1: one distribution changes, in a version that suits all."""
    asked = findings(unmet_requirement, packages=OLD)
    one = build.report(*asked, *(later(name) for name in WANT), packages=OLD)
    (entry,) = one.plan
    assert len(entry.findings) == len(one.advice) == 2 + 4
    (step,) = entry.fix.steps
    assert argv(step)[-1].startswith("numpy") and "<1.25" in argv(step)[-1]
    assert [word for word in argv(step) if "pandas" in word] == []
    assert all(item.fixes[0].title.startswith("install numpy") for item in one.advice)


def test_alone_each_keeps_its_own_order() -> None:
    assert first_ways([later("pandas")]) == [later("pandas")]
    by_hand = finding("A001", Manual("look"), Install(("numpy<2",)))
    assert first_ways([by_hand, later("pandas")])[0] is by_hand


def test_a_note_sways_no_error_and_a_way_that_the_others_exclude_stays_behind() -> None:
    note = finding("A001", Install(("numpy<2",)), severity=Severity.INFO)
    assert first_ways([later("pandas"), note])[0].remedies == later("pandas").remedies
    newer = finding("A001", Install(("numpy>=2.1",)))
    ways = first_ways([newer, newer, later("pandas")])
    assert ways[2].remedies[0] == Install(("pandas>1.5.3",))


def cure(requirement: str, version: str, name: str = "idna") -> Fix:
    return Toolbox(facts(packages=packages(distribution(name, version)))).fix(Install((requirement,)), "A001")


@pytest.mark.parametrize(
    "requirement, version, applicability, word",
    [
        ("idna>=3.4", "3.1", "safe", "idna>=3.4,<4"),
        ("idna>=3.4,<3.7", "3.1", "safe", "idna>=3.4,<3.7"),
        ("idna>=3.4", "2.10", "unsafe", "idna>=3.4"),
        ("idna>2.10", "2.10", "unsafe", "idna>2.10"),
        ("idna<3", "3.1", "unsafe", "idna<3"),
        ("idna==3.0", "3.1", "unsafe", "idna==3.0"),
        ("idna==3.2", "3.1", "safe", "idna==3.2"),
        ("idna==4.0", "3.1", "unsafe", "idna==4.0"),
        ("idna>=2024.7.4", "2022.12.7", "safe", "idna>=2024.7.4"),
        ("idna>=3", "3.1", "safe", "idna>=3"),
        ("idna", "3.1", "safe", "idna"),
        ("certifi", "3.1", "safe", "certifi"),
    ],
)
def test_downgrades_and_major_upgrades_are_not_safe(
    requirement: str, version: str, applicability: str, word: str
) -> None:
    fix = cure(requirement, version)
    (step,) = fix.steps
    assert (fix.applicability, argv(step)[-1]) == (applicability, word)
    assert bool(fix.reason) == (applicability == "unsafe")


def test_what_goes_back_says_so_in_its_title() -> None:
    assert cure("idna<3", "3.1").title == "install idna<3 in place of 3.1"


@pytest.mark.parametrize("kind, program", [("pdm", "pdm"), ("poetry", "poetry"), ("pipenv", "pipenv"), ("venv", "")])
def test_requirements_that_exclude_each_other_are_no_command(kind: str, program: str) -> None:
    """A pip of its own looks for releases that agree; other tools would refuse."""
    known = facts(
        packages=packages(distribution("numpy", "2.2.6"), distribution("scipy", requires=["numpy<1.27"])),
        patient=changed(patient(), origin=[Link(kind=kind, prefix="/home/ada/fit/.venv")]),
    )
    fix = Toolbox(known).fix(Install(("numpy>=2",)), "A001")
    assert not any("numpy>=2,<1.27" in line for line in argvs(fix))


def test_two_that_exclude_each_other_are_not_joined_and_are_named() -> None:
    entries = planned(finding("A001", Install(("numpy==2.2.6",))), finding("A002", Install(("numpy<1.27",))))
    assert len(entries) == 2
    assert "no version of numpy is within ==2.2.6,<1.27 (see A002)" in entries[0].conflicts[0]


# --- a copy that hides another ---

HOME = "/home/ada/.local/lib/python3.12/site-packages"
SYSTEM = "/usr/lib/python3/dist-packages"
PLOT = distribution("matplotlib", "3.6.3", requires=["numpy<1.27"], location=SYSTEM, owner="system")
HIDING = packages(
    distribution("numpy", "2.2.6", location=HOME),
    distribution("numpy", "1.24.2", location=SYSTEM, owner="system"),
    PLOT,
)


def built_for_1(known: Packages) -> Packages:
    extension = Extension(path=f"{SYSTEM}/matplotlib/_path.so", suffix=".so", distribution=PLOT.path, numpy=1)
    return Packages(distributions=known.distributions, extensions=[extension])


@pytest.mark.posix
def test_what_hides_the_copy_that_suits_all_is_removed_and_nothing_is_installed() -> None:
    known = built_for_1(HIDING)
    found = [*findings(built_for_numpy_1, packages=known), *findings(unmet_requirement, packages=known)]
    assert [item.rule.code for item in found] == ["PKG007", "PKG001"]
    bare = facts(
        packages=known,
        prefix=prefix(path="/usr", configuration=None),
        patient=patient(prefix="/usr", executable="/usr/bin/python3"),
    )
    pinned = finding("PY003", Install(("numpy==2.2.6",)), severity=Severity.WARNING)
    first, second = planned(*found, pinned, known=bare)
    assert argvs(first.fix) == ["/usr/bin/python3 -m pip uninstall --yes numpy"]
    assert first.codes == ("PKG007", "PKG001") and first.conflicts == second.conflicts == ()
    assert f"remove numpy 2.2.6 from {HOME}" in first.fix.title


def test_without_one_behind_nothing_is_removed() -> None:
    alone = packages(HIDING.distributions[0], PLOT)
    for found in (
        *findings(built_for_numpy_1, packages=built_for_1(alone)),
        *findings(unmet_requirement, packages=alone),
    ):
        remedy: Remedy = found.remedies[0]
        assert isinstance(remedy, Install)


@pytest.mark.posix
def test_what_a_replaced_release_requires_is_no_matter() -> None:
    here = packages(
        distribution("pip"),
        distribution("dask", "2024.1.0"),
        distribution("distributed", "2024.1.0", ["dask==2024.1.0"]),
    )
    known = made_by("venv", packages=here)
    both = ("distributed==2025.1.0", "dask==2025.1.0")
    assert argvs(fix(known, Install(both))) == [f"{PYTHON} -m pip install {' '.join(both)}"]
    # One that stays still counts.
    assert "--upgrade" in argvs(fix(known, Install(("dask==2025.1.0",))))[0]
