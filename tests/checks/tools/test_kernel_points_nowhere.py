"""TOL001 kernel-points-nowhere: loud and quiet."""

from envdoctor.engine.remedies import Run
from envdoctor.testing import findings, jupyter, kernel, outcome, path
from envdoctor_checks.tools.kernel_points_nowhere import kernel_points_nowhere
from tests.checks.tools._shared import USER


def test_a_kernel_whose_program_is_gone_is_an_error() -> None:
    gone = kernel("/gone", USER, name="old", interpreter_exists=False)
    (finding,) = findings(kernel_points_nowhere, jupyter=jupyter(kernel(), gone), path=path())
    assert (finding.subject, finding.severity) == ("old", "error")


def test_kernels_that_start_are_quiet() -> None:
    assert findings(kernel_points_nowhere, jupyter=jupyter(kernel(), kernel(None)), path=path()) == []
    assert outcome(kernel_points_nowhere, jupyter=jupyter(), path=path()).status == "not-applicable"


def test_the_folder_of_a_kernel_that_is_gone_goes_where_no_jupyter_is_at_hand() -> None:
    gone = kernel("/gone", USER, name="old", interpreter_exists=False)
    (finding,) = findings(kernel_points_nowhere, jupyter=jupyter(gone), path=path())
    remedy = finding.remedies[0]
    assert isinstance(remedy, Run) and not remedy.safe
    assert remedy.argv == ("rm", "-r", "--", gone.file.rpartition("/")[0])
