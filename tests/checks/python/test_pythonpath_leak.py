"""PY006 pythonpath-leak: loud and quiet."""

from envdoctor.facts import PythonPathEntry
from envdoctor.testing import SITE, environment, findings, outcome, path, patient, prefix
from envdoctor_checks.python.pythonpath_leak import pythonpath_leak


def leaks(*entries: PythonPathEntry, overlays: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    variable = ":".join(entry.path for entry in entries)
    found = findings(
        pythonpath_leak,
        environment=environment(PYTHONPATH=variable),
        path=path(pythonpath=list(entries)),
        patient=patient(overlays=list(overlays)),
    )
    return [(finding.title, str(finding.severity)) for finding in found]


def test_pythonpath_leaks_are_told_apart() -> None:
    gone = PythonPathEntry(path="/gone", exists=False)
    older = PythonPathEntry(path="/x/lib/python3.9/site-packages", exists=True)
    hiding = PythonPathEntry(path="/y", exists=True, hides={"numpy": SITE})
    assert leaks(gone, older, hiding) == [
        ("PYTHONPATH names a folder that is gone: /gone", "warning"),
        ("PYTHONPATH brings the packages of Python 3.9 into Python 3.12", "warning"),
        ("PYTHONPATH hides numpy of the environment", "warning"),
    ]


def test_a_project_on_pythonpath_is_quiet() -> None:
    assert leaks(PythonPathEntry(path="/home/ada/fit/src", exists=True)) == []
    assert leaks(PythonPathEntry(path="/x/lib/python3.12/site-packages", exists=True)) == []
    assert outcome(pythonpath_leak, path=path()).status == "not-applicable"


def test_under_modules_pythonpath_is_information() -> None:
    entry = PythonPathEntry(path="/apps/numpy/lib/python3.12/site-packages", exists=True, hides={"numpy": SITE})
    assert leaks(entry, overlays=("modules",)) == [("PYTHONPATH hides numpy of the environment", "info")]


def test_pythonhome_in_an_environment_is_a_leak() -> None:
    (finding,) = findings(pythonpath_leak, environment=environment(PYTHONHOME="/usr"), path=path())
    assert finding.subject == "PYTHONHOME"
    plain = prefix(configuration=None, home=None)
    assert findings(pythonpath_leak, environment=environment(PYTHONHOME="/usr"), path=path(), prefix=plain) == []
