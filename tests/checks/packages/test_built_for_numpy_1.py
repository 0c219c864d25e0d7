"""PKG007 built-for-numpy-1: loud and quiet."""

from envdoctor.engine.remedies import Install, Remove
from envdoctor.facts import Missing
from envdoctor.testing import SITE, changed, distribution, findings, outcome, packages
from envdoctor_checks.packages.built_for_another_python import built_for_another_python
from envdoctor_checks.packages.built_for_numpy_1 import built_for_numpy_1
from tests.checks.packages._shared import SYSTEM, extension, one


def test_many_extensions_of_one_distribution_are_one_finding() -> None:
    bn = distribution("bn", "1.3")
    built = [changed(extension("bn", numpy=1), distribution=bn.path, path=f"{SITE}/bn/{name}.so") for name in "abcdefg"]
    finding = one(built_for_numpy_1, packages=packages(distribution("numpy", "2.1"), bn, extensions=built))
    assert [row.value for row in finding.evidence if row.label == "extension"][-1] == "and 2 more"
    strange = [changed(item, suffix=".cpython-39.so", numpy=None) for item in built]
    finding = one(built_for_another_python, packages=packages(bn, extensions=strange))
    assert finding.subject == "bn"


def test_an_extension_for_numpy_1_under_numpy_2_is_an_error() -> None:
    here = packages(distribution("numpy", "2.1"), distribution("bn", "1.3"), extensions=[extension("bn", numpy=1)])
    here = changed(here, extensions=[changed(extension("bn", numpy=1), distribution=here.distributions[1].path)])
    finding = one(built_for_numpy_1, packages=here)
    assert (finding.subject, finding.severity) == ("bn", "error")
    assert finding.remedies[0] == Install(("bn>1.3",), title="install a later release of bn")


def test_an_extension_for_numpy_2_or_without_numpy_is_quiet() -> None:
    both = [extension("bn", numpy=2), extension("bn", numpy=None)]
    here = packages(distribution("numpy", "2.1"), distribution("bn"), extensions=both)
    assert findings(built_for_numpy_1, packages=here) == []


def test_built_for_numpy_1_does_not_apply_under_numpy_1_and_is_unknown_without_a_version() -> None:
    assert outcome(built_for_numpy_1, packages=packages(distribution("numpy", "1.26.4"))).status == ("not-applicable")
    numpy = changed(distribution("numpy"), version=Missing("METADATA is missing"))
    assert outcome(built_for_numpy_1, packages=packages(numpy)).status == "unknown"


def test_where_the_users_numpy_hides_the_systems_the_users_goes() -> None:
    plot = distribution("matplotlib", owner="system", location=SYSTEM)
    old = changed(extension("matplotlib", numpy=1), distribution=plot.path)
    own = distribution("numpy", "1.24", owner="system", location=SYSTEM)
    (remedy,) = one(
        built_for_numpy_1, packages=packages(distribution("numpy", "2.2"), own, plot, extensions=[old])
    ).remedies
    assert isinstance(remedy, Remove)
    assert remedy.names == ("numpy",)
