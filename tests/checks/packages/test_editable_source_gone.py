"""PKG010 editable-source-gone: loud and quiet."""

from envdoctor.testing import distribution, findings, packages
from envdoctor_checks.packages.editable_source_gone import editable_source_gone
from tests.checks.packages._shared import one


def test_the_folder_that_is_gone_is_named() -> None:
    fit = distribution("fit", editable=True)
    finding = one(editable_source_gone, packages=packages(fit, sources_gone={fit.path: ["/home/ada/fit/src"]}))
    assert finding.subject == "fit"
    assert "/home/ada/fit/src" in finding.title


def test_an_editable_installation_that_is_whole_is_quiet() -> None:
    assert findings(editable_source_gone, packages=packages(distribution("fit", editable=True))) == []
