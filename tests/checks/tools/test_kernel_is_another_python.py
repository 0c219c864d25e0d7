"""TOL002 kernel-is-another-python: loud and quiet."""

from envdoctor.testing import distribution, findings, jupyter, kernel, outcome, packages, path
from envdoctor_checks.tools.kernel_is_another_python import kernel_is_another_python
from tests.checks.tools._shared import OTHER, USER


def test_the_environments_own_kernel_of_another_prefix_is_told() -> None:
    (finding,) = findings(kernel_is_another_python, jupyter=jupyter(kernel(OTHER)), path=path())
    assert finding.title == f"the kernel “Python 3 (ipykernel)” runs another Python: {OTHER}"


def test_a_kernel_of_the_user_counts_where_this_jupyter_offers_it_as_python3() -> None:
    users = jupyter(kernel(OTHER, USER))
    with_jupyter = packages(distribution("jupyter_client"))
    (finding,) = findings(kernel_is_another_python, jupyter=users, path=path(), packages=with_jupyter)
    assert finding.subject == "python3"
    assert outcome(kernel_is_another_python, jupyter=users, path=path()).status == "not-applicable"
    named = jupyter(kernel(OTHER, USER, name="other"))
    assert (
        outcome(kernel_is_another_python, jupyter=named, path=path(), packages=with_jupyter).status == "not-applicable"
    )


def test_ipykernels_own_kernel_is_quiet() -> None:
    assert findings(kernel_is_another_python, jupyter=jupyter(kernel(None), kernel()), path=path()) == []
