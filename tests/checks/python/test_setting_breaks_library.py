"""PY018 setting-breaks-library: loud and quiet."""

from typing import Any

import pytest

from envdoctor.api import table
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Install, SetEnv, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Distribution, Setting, Variables
from envdoctor.privacy.redact import VARIABLES
from envdoctor.testing import distribution, environment, findings, interpreter, outcome, packages
from envdoctor_checks.python.setting_breaks_library import NAMES, Choice, Switch, setting_breaks_library

MPL, KERAS = distribution("matplotlib", "3.11.2"), distribution("keras", "3.15.1")
INLINE = "module://matplotlib_inline.backend_inline"


def judged(variables: dict[str, str], *installed: Distribution, **changes: Any) -> list[Finding]:
    place = Variables(variables=variables, **changes)
    return findings(setting_breaks_library, environment=place, packages=packages(*installed))


@pytest.mark.parametrize(
    ("variables", "installed", "severity"),
    [
        ({"MPLBACKEND": INLINE}, [MPL], Severity.ERROR),
        ({"MPLBACKEND": "widget"}, [MPL], Severity.ERROR),
        ({"MPLBACKEND": "nonsense"}, [MPL], Severity.ERROR),
        ({"KERAS_BACKEND": "jax"}, [KERAS, distribution("tensorflow", "2.20")], Severity.ERROR),
        ({"KERAS_BACKEND": "theano"}, [KERAS, distribution("tensorflow", "2.20")], Severity.ERROR),
        ({}, [KERAS, distribution("torch", "2.13")], Severity.ERROR),
        ({"TF_USE_LEGACY_KERAS": "1"}, [distribution("tensorflow", "2.20")], Severity.WARNING),
        ({"PYQTGRAPH_QT_LIB": "PyQt5"}, [distribution("pyqtgraph"), distribution("PySide6")], Severity.ERROR),
        ({"JAX_PLATFORMS": "cuda,cpu"}, [distribution("jaxlib")], Severity.WARNING),
        ({"NUMBA_DISABLE_JIT": "1"}, [distribution("numba")], Severity.INFO),
        ({"PYTHONWARNINGS": "error"}, [MPL], Severity.WARNING),
        ({"PYTHONWARNINGS": "ignore,error::DeprecationWarning"}, [MPL], Severity.WARNING),
    ],
)
def test_a_setting_that_names_what_is_not_there_is_found(
    variables: dict[str, str], installed: list[Distribution], severity: Severity
) -> None:
    (finding,) = judged(variables, *installed)
    assert (finding.severity, finding.subject) == (severity, next(iter(variables), "KERAS_BACKEND"))
    assert finding.remedies


@pytest.mark.parametrize(
    ("variables", "installed"),
    [
        ({"MPLBACKEND": INLINE}, [MPL, distribution("matplotlib-inline")]),
        ({"MPLBACKEND": INLINE}, [distribution("numpy")]),
        ({"MPLBACKEND": "Agg"}, [MPL]),
        ({"MPLBACKEND": "TkAgg"}, [MPL]),
        ({"MPLBACKEND": "module://our_backend"}, [MPL]),
        ({"MPLBACKEND": ""}, [MPL]),
        ({}, [KERAS, distribution("tensorflow-cpu", "2.20")]),
        ({"KERAS_BACKEND": "torch"}, [KERAS, distribution("torch", "2.13")]),
        ({"KERAS_BACKEND": "jax"}, [distribution("keras", "2.12.0")]),
        ({"JAX_PLATFORMS": "cpu"}, [distribution("jaxlib")]),
        ({"JAX_PLATFORMS": "cuda"}, [distribution("jaxlib", owner="conda")]),
        ({"JAX_PLATFORMS": "cuda"}, [distribution("jaxlib"), distribution("jax-cuda12-plugin")]),
        ({"NUMBA_DISABLE_JIT": "0"}, [distribution("numba")]),
        ({"PYTHONWARNINGS": "error::SyntaxWarning:mine,ignore"}, [MPL]),
    ],
)
def test_a_setting_that_does_no_harm_is_quiet(variables: dict[str, str], installed: list[Distribution]) -> None:
    assert judged(variables, *installed) == []


def test_the_variable_goes_or_what_it_names_comes() -> None:
    (finding,) = judged({"MPLBACKEND": INLINE}, MPL)
    assert finding.remedies == (UnsetEnv(("MPLBACKEND",)), Install(("matplotlib-inline",)))


def test_keras_uses_the_backend_that_is_there() -> None:
    (finding,) = judged({}, KERAS, distribution("torch", "2.13"))
    assert finding.title == "keras's default is 'tensorflow', and tensorflow is not installed"
    (way, other) = finding.remedies
    assert isinstance(way, SetEnv) and way.variables == {"KERAS_BACKEND": "torch"}
    assert other == Install(("tensorflow",))


def test_a_configuration_file_counts_where_no_variable_outranks_it() -> None:
    line = Setting(name="MPLBACKEND", value="nonsense", file="/home/ada/.config/matplotlib/matplotlibrc")
    (finding,) = judged({}, MPL, settings=[line])
    assert "/home/ada/.config/matplotlib/matplotlibrc" in finding.title
    assert judged({"MPLBACKEND": "agg"}, MPL, settings=[line]) == []


def test_without_packages_it_does_not_apply() -> None:
    place = Variables(variables={"MPLBACKEND": "nonsense"})
    assert outcome(setting_breaks_library, environment=place, packages=packages()).status == "not-applicable"


def test_every_variable_of_the_table_is_known_by_name_and_may_be_recorded() -> None:
    names = {row.name for row in table("steering", "choices", Choice)}
    assert names | {row.name for row in table("steering", "switches", Switch)} == NAMES
    assert NAMES <= VARIABLES


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("/old/lib", UnsetEnv(("LD_LIBRARY_PATH",))),
        (
            "/old/lib:/opt/lib",
            SetEnv({"LD_LIBRARY_PATH": "/opt/lib"}, title="take out of LD_LIBRARY_PATH what breaks them"),
        ),
        ("/a:/b", UnsetEnv(("LD_LIBRARY_PATH",))),
    ],
)
def test_libraries_in_front_of_pythons_own_modules_are_named(value: str, remedy: SetEnv | UnsetEnv) -> None:
    failures = {"_ssl": "ImportError: /old/lib/libssl.so.3: file too short", "_sqlite3": "ImportError: /old/lib/x: no"}
    (finding,) = findings(
        setting_breaks_library,
        environment=environment(LD_LIBRARY_PATH=value),
        interpreter=interpreter(unloadable=failures),
    )
    assert finding.title == "LD_LIBRARY_PATH breaks Python's own sqlite3, ssl"
    assert (finding.severity, finding.remedies) == (Severity.ERROR, (remedy,))


def test_the_loaders_variables_alone_break_nothing() -> None:
    assert judged({"LD_LIBRARY_PATH": "/opt/lib"}, MPL) == []
