"""From an error text to what explains it here."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import envdoctor_checks
from envdoctor.engine.remedies import Install, InstallSystem, Manual, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import System
from envdoctor.facts import schema as schemas
from envdoctor.report.formats.explanation import render
from envdoctor.report.report import Report
from envdoctor.report.view import Style
from envdoctor.report.why.document import document
from envdoctor.report.why.explain import DEEPER, Explanation, Status, explain
from envdoctor.report.why.symptoms import symptoms
from envdoctor.report.why.text import plain
from envdoctor.testing import PREFIX, distribution, facts, packages, patient
from tests.support.build import finding, report

SITE = f"{PREFIX}/lib/python3.12/site-packages"
GLIBCXX = f"ImportError: /lib/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by {SITE}/scipy/spatial/_ckdtree.so)"


def blamed(*remedies: Any) -> Report:
    """A patient whose scikit-learn misses joblib."""
    subject = "scikit-learn needs joblib"
    return report(
        finding("PKG001", *remedies, subject=subject, title=f"{subject}, which is not installed", evidence=())
    )


def found(text: str, given: Report) -> Explanation:
    return explain(plain(text), given)


def drawn(text: str, given: Report) -> str:
    return render(found(text, given), given, Style())


def test_a_finding_explains_an_error_on_the_same_module() -> None:
    given = blamed(Install(("joblib",)))
    text = "ModuleNotFoundError: No module named 'joblib'"
    assert found(text, given).status is Status.EXPLAINED
    shown = drawn(text, given)
    assert shown.index("Means") < shown.index("this finding explains it:") < shown.index("scikit-learn needs joblib")
    assert "envdoctor explain PKG001" in shown


@pytest.mark.parametrize("name", ["jobli", "torch"])
def test_a_finding_on_another_distribution_explains_nothing(name: str) -> None:
    given = blamed()
    assert found(f"ModuleNotFoundError: No module named '{name}'", given).causes == ()


def test_a_finding_on_a_name_of_three_letters_explains() -> None:
    given = report(finding("PKG001", subject="x needs tqdm", title="fit needs zmq", evidence=()))
    assert len(found("ModuleNotFoundError: No module named 'zmq'", given).causes) == 1


def test_a_finding_explains_an_error_on_the_module_that_its_distribution_brings() -> None:
    given = report(finding("PKG004", subject="pyzmq", title="files of pyzmq are gone", evidence=()))
    explained = found("ModuleNotFoundError: No module named 'zmq'", given)
    assert [item.finding.rule.code for item in explained.causes] == ["PKG004"]
    assert "PKG004" not in explained.silent


def test_a_rule_that_found_something_is_not_called_silent() -> None:
    given = blamed()
    assert "PKG001" not in found("ModuleNotFoundError: No module named 'torch'", given).silent


@pytest.mark.parametrize(
    ("code", "subject", "text"),
    [
        ("TST900", "libfoo.so.3", "OSError: libfoo.so.3: cannot open shared object file: No such file or directory"),
        ("TST900", "MPLBACKEND_X", "ValueError: whatever MPLBACKEND_X says"),
        ("TST900", "ixmp", "ModuleNotFoundError: No module named 'ixmp'"),
        ("TST900", f"{SITE}/fit/_core.cpython-312-x86_64-linux-gnu.so",
         f"ImportError: {SITE}/fit/_core.cpython-312-x86_64-linux-gnu.so: invalid thing"),
        ("TST900", "random.py", "AttributeError: module 'x' has no attribute 'y' (consider renaming 'random.py' since it has the same name as"),
    ],
)  # fmt: skip
def test_a_finding_that_names_what_the_text_names_is_an_answer_whatever_its_rule(
    code: str, subject: str, text: str
) -> None:
    given = report(finding(code, subject=subject, title=f"{subject} is at fault", evidence=()))
    explained = found(text, given)
    assert explained.status is Status.EXPLAINED
    assert [item.finding.subject for item in explained.causes] == [subject]


def test_a_general_error_does_not_blame_the_environment_as_a_whole() -> None:
    given = report(finding("PY004", subject="pip", title="pip installs into another Python", severity=Severity.WARNING))
    explained = found("ModuleNotFoundError: No module named 'utils_of_mine'", given)
    assert explained.causes == () and len(explained.perhaps) == 1
    assert "This may have to do with it:" in drawn("ModuleNotFoundError: No module named 'utils_of_mine'", given)


def test_an_error_of_the_program_is_said_to_be_one() -> None:
    given = report(finding("GPU006", subject="cuda", title="CUDA is shadowed", severity=Severity.WARNING))
    explained = found("torch.OutOfMemoryError: CUDA out of memory.", given)
    assert explained.causes == () and explained.status is Status.KNOWN
    assert "The environment is not at fault." in " ".join(drawn("CUDA out of memory", given).split())


def test_nothing_here_begins_with_what_it_means() -> None:
    given = report()
    shown = " ".join(drawn("OMP: Error #15: Initializing libiomp5md.dll", given).split())
    assert shown.index("Means") < shown.index(
        "In this environment I found no such fault. Looked for and not found: BLA009"
    )
    assert shown.index("Looked for") < shown.index("Do ")


def test_an_unknown_error_is_said_to_be_unknown() -> None:
    given = report(finding())
    explained = found("KeyError: 'temperature'", given)
    assert explained.status is Status.UNKNOWN and explained.matches == () and explained.causes == ()
    assert "not one that envdoctor knows" in drawn("KeyError: 'temperature'", given)


def test_what_is_wrong_here_explains_no_error_of_an_environment_elsewhere() -> None:
    text = GLIBCXX.replace(PREFIX, "/home/u/miniconda3/envs/x")
    given = report(finding("BLA011", subject="libstdc++.so.6", title="libstdc++.so.6 is older", evidence=()))
    explained = found(text, given)
    assert explained.status is Status.KNOWN
    assert explained.environment == "/home/u/miniconda3/envs/x"
    assert explained.causes == () and len(explained.perhaps) == 1
    assert "The text comes from another environment: /home/u/miniconda3/envs/x." in " ".join(drawn(text, given).split())
    assert found(GLIBCXX, given).environment == ""
    assert found(GLIBCXX, given).status is Status.EXPLAINED


def test_a_home_that_is_written_short_is_this_one() -> None:
    text = f"File ~{PREFIX.removeprefix('/home/ada')}/lib/python3.12/site-packages/x.py:3\nImportError: x"
    assert found(text, report()).environment == ""


@pytest.mark.parametrize(
    ("system", "origin", "expected"),
    [
        (System(platform="linux", machine="x86_64", distribution="debian"), "venv", InstallSystem),
        (System(platform="linux", machine="x86_64", distribution="debian"), "conda-env", Manual),
        (System(platform="win32", machine="AMD64"), "venv", Manual),
    ],
)
def test_a_cure_is_for_this_system_and_this_tool(system: System, origin: str, expected: type) -> None:
    from envdoctor.facts import Link

    link = Link(kind=origin, detail="", evidence=[], prefix=PREFIX)
    given = report(system=system, patient=patient(origin=[link]))
    remedies = found("ImportError: libGL.so.1: cannot open shared object file", given).remedies
    assert isinstance(remedies[0], expected)
    if origin == "conda-env":
        assert isinstance(remedies[0], Manual) and "conda install -c conda-forge libgl" in remedies[0].title


def test_a_command_is_in_the_patients_own_tool() -> None:
    given = report(packages=packages(distribution("pip")))
    assert f"{PREFIX}/bin/python -m pip install pyzmq" in drawn("ModuleNotFoundError: No module named 'zmq'", given)


def test_no_command_installs_a_name_that_is_anybodys() -> None:
    given = report(packages=packages(distribution("pip")))
    shown = drawn("ModuleNotFoundError: No module named 'utils_of_mine'", given)
    assert "`utils_of_mine` is not installed" in shown and "install utils" not in shown


def test_an_explanation_obeys_its_schema() -> None:
    given = blamed(UnsetEnv(("A",)))
    for text in (
        "No module named 'joblib'",
        "KeyError: 1",
        "libGL.so.1: cannot open shared object file",
        "No module named 'zmq'",
    ):
        made = document(found(text, given), given)
        jsonschema.validate(json.loads(json.dumps(made)), schemas.why())
    assert document(found("No module named 'joblib'", given), given)["status"] == "explained"


@pytest.mark.parametrize("row", symptoms(), ids=lambda row: row.name)
def test_every_symptom_can_be_drawn(row: object) -> None:
    from envdoctor.report.why.symptoms import Symptom

    assert isinstance(row, Symptom)
    given = report(packages=packages(distribution("pip")))
    shown = drawn(row.example, given)
    assert "Means" in shown and "More" in shown and "https://" in shown


def test_the_facts_stay_as_they_are() -> None:
    known = facts()
    found("$(touch /tmp/never)", report())
    assert known == facts()


def test_the_codes_of_symptoms_are_ordered_as_the_table_has_them() -> None:
    given = report(
        finding("CON001", subject="mixed channels", title="mixed", severity=Severity.WARNING),
        finding("BLA009", subject="libiomp5", title="two runtimes", severity=Severity.WARNING),
    )
    causes = found("OMP: Error #15: Initializing libiomp5.so", given).causes
    assert [item.finding.rule.code for item in causes] == ["BLA009", "CON001"]


def test_the_rules_that_look_deeper_are_those_whose_pages_say_so() -> None:
    folder = Path(envdoctor_checks.__file__).parent
    pages = [page.read_text(encoding="utf-8") for page in folder.glob("*/*.md")]
    told = {page.split()[1] for page in pages if "`envdoctor check --deep`" in page or "`--deep`" in page}
    assert set(DEEPER) <= told


def test_a_command_that_looks_deeper_is_named_where_nothing_explains_a_known_error() -> None:
    text = "ImportError: libxyz.so.3: cannot open shared object file: No such file or directory"
    assert "envdoctor check --deep --select CON008,PKG004,PKG011" in drawn(text, report())
    assert explain(text, report(), deep=True).deeper == ()


def test_in_a_healthy_environment_no_error_of_a_program_is_blamed_on_it() -> None:
    lines = (Path(__file__).parent / "applications.txt").read_text(encoding="utf-8").splitlines()
    errors = [line for line in lines if line[:1] != "#"]
    assert len(errors) >= 40
    answers = [found(f"Traceback (most recent call last):\n{line}", report()) for line in errors]
    assert [line for line, answer in zip(errors, answers, strict=True) if answer.status is not Status.UNKNOWN] == []
    assert [answer for answer in answers if answer.causes or answer.perhaps or answer.remedies] == []
