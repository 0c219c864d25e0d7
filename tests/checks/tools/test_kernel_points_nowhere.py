"""TOL001 kernel-points-nowhere: loud and quiet."""

import pytest

from envdoctor.testing import PREFIX, command, findings, jupyter, kernel, outcome, path
from envdoctor_checks.tools.kernel_points_nowhere import kernel_points_nowhere
from tests.checks.tools._shared import USER
from tests.support.cures import argvs, cure


def test_a_kernel_whose_program_is_gone_is_an_error() -> None:
    gone = kernel("/gone", USER, name="old", interpreter_exists=False)
    (finding,) = findings(kernel_points_nowhere, jupyter=jupyter(kernel(), gone), path=path())
    assert (finding.subject, finding.severity) == ("old", "error")


def test_kernels_that_start_are_quiet() -> None:
    assert findings(kernel_points_nowhere, jupyter=jupyter(kernel(), kernel(None)), path=path()) == []
    assert outcome(kernel_points_nowhere, jupyter=jupyter(), path=path()).status == "not-applicable"


@pytest.mark.posix
def test_the_folder_of_a_kernel_that_is_gone_goes_where_no_jupyter_is_at_hand() -> None:
    gone = kernel("/gone", USER, name="old", interpreter_exists=False)
    (finding,) = findings(kernel_points_nowhere, jupyter=jupyter(gone), path=path())
    fix = cure(finding, jupyter=jupyter(gone), path=path())
    assert argvs(fix) == [f"rm -r -- {gone.file.rpartition('/')[0]}"] and fix.applicability == "unsafe"


def test_a_jupyter_at_hand_takes_the_kernel_off_its_list() -> None:
    gone = kernel("/gone", USER, name="old", interpreter_exists=False)
    at_hand = path(jupyter=command("jupyter"))
    (finding,) = findings(kernel_points_nowhere, jupyter=jupyter(gone), path=at_hand)
    assert argvs(cure(finding, path=at_hand)) == [f"{PREFIX}/bin/jupyter kernelspec remove -y old"]
