"""PY014 module-shadowed-here: loud and quiet."""

from envdoctor.engine.remedies import Move
from envdoctor.testing import findings, interpreter, outcome, path
from envdoctor_checks.python.module_shadowed_here import module_shadowed_here


def test_a_file_with_the_name_of_a_module_is_named() -> None:
    (finding,) = findings(module_shadowed_here, path=path(here=["numpy.py"]))
    assert finding.subject == "numpy.py"
    assert finding.evidence[0].value == "/home/ada/fit/numpy.py"
    (move,) = finding.remedies
    assert isinstance(move, Move)
    assert (move.source, move.target) == ("/home/ada/fit/numpy.py", "/home/ada/fit/my_numpy.py")
    assert findings(module_shadowed_here, path=path()) == []
    safe = interpreter(flags={"safe_path": 1})
    assert outcome(module_shadowed_here, path=path(here=["numpy.py"]), interpreter=safe).status == "not-applicable"


def test_a_package_that_hides_a_module_is_called_a_folder() -> None:
    (finding,) = findings(module_shadowed_here, path=path(here=["random"]))
    assert finding.title.startswith("the folder random in the working directory")
