"""TOL001 to TOL004: kernels and editors."""

import pytest

from envdoctor.checkup import Plan, diagnose
from envdoctor.config import Config
from envdoctor.engine import Loaded
from envdoctor.facts import Link
from envdoctor.plugins import Collection
from envdoctor.report import Settings
from envdoctor.rules import Install, Run
from envdoctor.selection import Selection
from envdoctor_checks.jupyter import (
    jupyter_of_another_prefix,
    kernel_is_another_python,
    kernel_points_nowhere,
    no_editor,
)
from tests.build import (
    PREFIX,
    active,
    changed,
    command,
    distribution,
    facts,
    findings,
    jupyter,
    kernel,
    outcome,
    packages,
    path,
    patient,
)

USER = "/home/ada/.local/share/jupyter"
OTHER = "/opt/other"


def test_a_kernel_whose_program_is_gone_is_an_error() -> None:
    gone = kernel("/gone", USER, name="old", interpreter_exists=False)
    (finding,) = findings(kernel_points_nowhere, jupyter=jupyter(kernel(), gone), path=path())
    assert (finding.subject, finding.level) == ("old", "error")


def test_kernels_that_start_are_quiet() -> None:
    assert findings(kernel_points_nowhere, jupyter=jupyter(kernel(), kernel(None)), path=path()) == []
    assert outcome(kernel_points_nowhere, jupyter=jupyter(), path=path()).status == "not-applicable"


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


ACTIVE = {"active": [active()], "jupyter": command("jupyter", OTHER)}


def test_a_jupyter_of_elsewhere_without_a_kernel_of_here_is_told() -> None:
    seen = jupyter(kernel(), of_command=f"{OTHER}/share/jupyter")
    (finding,) = findings(jupyter_of_another_prefix, jupyter=seen, path=path(**ACTIVE))
    assert OTHER in finding.title
    register = (f"{PREFIX}/bin/python", "-m", "ipykernel", "install", "--user", "--name", "fit")  # the project's folder
    (remedy,) = finding.remedies
    assert isinstance(remedy, Install) and (remedy.requirements, remedy.then) == (("ipykernel",), (register,))
    held = packages(distribution("ipykernel"))
    (finding,) = findings(jupyter_of_another_prefix, jupyter=seen, path=path(**ACTIVE), packages=held)
    (remedy,) = finding.remedies
    assert isinstance(remedy, Run) and remedy.argv == register


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("/home/ada/fit/.venv", "fit"),
        ("/home/ada/my fit (new)/env", "my-fit-new"),
        ("/home/ada/envs/old", "old-2"),  # one is called that already
        ("/.venv", "venv"),
    ],
)
def test_a_new_kernel_takes_no_others_place(prefix: str, name: str) -> None:
    seen = jupyter(kernel(OTHER, USER, name="old"), of_command=f"{OTHER}/share/jupyter")
    here = changed(patient(), prefix=prefix)
    held = packages(distribution("ipykernel"))
    (finding,) = findings(jupyter_of_another_prefix, jupyter=seen, path=path(**ACTIVE), packages=held, patient=here)
    assert finding.remedies[0].argv[-1] == name  # type: ignore[union-attr]


def test_the_folder_of_a_kernel_that_is_gone_goes_where_no_jupyter_is_at_hand() -> None:
    gone = kernel("/gone", USER, name="old", interpreter_exists=False)
    (finding,) = findings(kernel_points_nowhere, jupyter=jupyter(gone), path=path())
    remedy = finding.remedies[0]
    assert isinstance(remedy, Run) and not remedy.safe
    assert remedy.argv == ("rm", "-r", "--", gone.file.rpartition("/")[0])


def test_a_jupyter_that_offers_a_kernel_of_here_is_quiet() -> None:
    seen = jupyter(kernel(PREFIX, USER, name="fit"), of_command=f"{OTHER}/share/jupyter")
    assert findings(jupyter_of_another_prefix, jupyter=seen, path=path(**ACTIVE)) == []
    own = path(active=[active()], jupyter=command("jupyter"))
    assert findings(jupyter_of_another_prefix, jupyter=jupyter(), path=own) == []


def test_without_an_active_environment_the_jupyter_on_path_is_nobodys_business() -> None:
    assert (
        outcome(jupyter_of_another_prefix, jupyter=jupyter(), path=path(jupyter=ACTIVE["jupyter"])).status
        == "not-applicable"
    )
    finder = jupyter(finders=["nb_conda_kernels"])
    conda = path(active=[active(variable="CONDA_PREFIX")], jupyter=ACTIVE["jupyter"])
    assert findings(jupyter_of_another_prefix, jupyter=finder, path=conda) == []


def test_a_beginner_without_an_editor_is_told() -> None:
    (finding,) = findings(no_editor, level="beginner", path=path())
    assert finding.level == "info"
    assert findings(no_editor, level="beginner", path=path(editors=["/usr/bin/code"])) == []
    with_lab = packages(distribution("jupyterlab"))
    assert findings(no_editor, level="beginner", path=path(), packages=with_lab) == []
    assert outcome(no_editor, path=path()).status == "not-applicable"


@pytest.mark.parametrize(
    ("asked", "kind", "told"),
    [
        ("auto", "anaconda", True),
        ("advanced", "anaconda", False),
        ("auto", "miniforge", False),
        ("beginner", "miniforge", True),
        ("beginner", "venv", True),
    ],
)
def test_whether_an_editor_is_asked_for_goes_by_the_level(asked: str, kind: str, told: bool) -> None:
    here = facts(patient=patient(origin=[Link(kind=kind, prefix=PREFIX)]), path=path())
    plan = Plan(Collection([Loaded(no_editor)], []), Selection(), Config(), Settings(level=asked))
    assert [item.finding.rule.code for item in diagnose(here, plan, 0.0).advice] == (["TOL004"] if told else [])
