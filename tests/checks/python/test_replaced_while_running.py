"""PY017 replaced-while-running: loud and quiet."""

from envdoctor.engine.remedies import Manual
from envdoctor.engine.rules import Severity
from envdoctor.facts import Missing, Process, Replaced
from envdoctor.testing import findings, outcome
from envdoctor_checks.python.replaced_while_running import replaced_while_running

NUMPY = Replaced(module="numpy", loaded="1.26.4", installed="2.3.0", distribution="numpy")
FILE = "/site/numpy/_core/_multiarray_umath.so"


def test_a_kernel_under_which_numpy_was_replaced_has_to_be_restarted() -> None:
    process = Process(replaced=[NUMPY], deleted=[FILE], notebook=True)
    (finding,) = findings(replaced_while_running, process=process)
    assert finding.title == "numpy was replaced while this kernel was running"
    assert finding.severity is Severity.ERROR
    assert [row.value for row in finding.evidence] == ["1.26.4 is loaded, 2.3.0 is installed", "_multiarray_umath.so"]
    (way,) = finding.remedies
    assert isinstance(way, Manual) and way.title.startswith("restart the kernel")


def test_files_that_are_gone_under_a_program_are_a_warning() -> None:
    (finding,) = findings(replaced_while_running, process=Process(deleted=[FILE] * 9))
    assert finding.severity is Severity.WARNING
    assert finding.evidence[0].value.endswith("and 3 more")
    assert finding.remedies == (Manual("end this Python and start it again"),)


def test_a_process_that_is_as_it_started_is_quiet_and_a_command_has_none() -> None:
    assert outcome(replaced_while_running, process=Process(affinity=2, widest=2)).status == "passed"
    assert outcome(replaced_while_running).status == "not-applicable"
    assert outcome(replaced_while_running, process=Missing("maps: permission denied")).status == "unknown"
