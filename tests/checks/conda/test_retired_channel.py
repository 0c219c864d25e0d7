"""CON012 retired-channel: loud and quiet."""

import pytest

from envdoctor.engine.remedies import Edit
from envdoctor.engine.rules import Severity
from envdoctor.testing import conda, findings, record
from envdoctor_checks.conda.conda_forge_not_first import conda_forge_not_first
from envdoctor_checks.conda.nodefaults_in_condarc import nodefaults_in_condarc
from envdoctor_checks.conda.retired_channel import retired_channel
from tests.checks.conda._shared import FILE, SYSTEM, configured, of_two
from tests.support.cures import argvs, cure


def test_a_retired_channel_is_found_where_it_is_configured_and_where_it_was_used() -> None:
    (finding,) = findings(retired_channel, conda=configured("pytorch", "conda-forge"))
    assert (finding.subject, finding.severity) == ("pytorch", Severity.WARNING)
    (used,) = findings(retired_channel, conda=conda(record("pytorch", "2.5.1", channel="pytorch")))
    assert used.severity == Severity.INFO
    assert findings(retired_channel, conda=configured("conda-forge/label/numpy_rc", "nvidia")) == []


OLD = "https://conda.anaconda.org/pytorch"


def test_a_channel_is_taken_out_of_the_file_that_names_it_as_it_stands_there() -> None:
    here = of_two(["conda-forge"], [OLD, "nodefaults"])
    (retired,) = findings(retired_channel, conda=here)
    assert argvs(cure(retired, conda=here)) == [f"conda config --file {SYSTEM} --remove channels {OLD}"]
    assert retired.evidence[0].value == SYSTEM
    (nodefaults,) = findings(nodefaults_in_condarc, conda=here)
    assert argvs(cure(nodefaults, conda=here)) == [f"conda config --file {SYSTEM} --remove channels nodefaults"]


def test_a_channel_that_two_files_name_is_taken_out_of_both() -> None:
    (finding,) = findings(retired_channel, conda=of_two([OLD], ["pytorch"]))
    assert argvs(cure(finding, conda=of_two([OLD], ["pytorch"]))) == [
        f"conda config --file {FILE} --remove channels {OLD}",
        f"conda config --file {SYSTEM} --remove channels pytorch",
    ]


@pytest.mark.posix
def test_no_command_writes_a_credential_that_is_not_known() -> None:
    hidden = "https://conda.anaconda.org/t/<redacted>/"
    (retired,) = findings(retired_channel, conda=configured(f"{hidden}pytorch"))
    (first, _) = findings(conda_forge_not_first, conda=configured("defaults", f"{hidden}conda-forge"))[0].remedies
    assert [type(fix) for fix in (*retired.remedies, first)] == [Edit, Edit]
