"""From an error text to what explains it."""

import re

import pytest

from envdoctor.engine.plugins import collect
from envdoctor.engine.remedies import Install
from envdoctor.engine.rules import Severity
from envdoctor.report.formats import Style
from envdoctor.report.formats.explanation import render
from envdoctor.report.why import explain, other_prefix, recognise, symptoms
from envdoctor.testing import PREFIX, distribution, facts, packages
from tests.support.build import finding, report

# Error texts as people posted them, and the first rule that must be thought of.
TEXTS = [
    ("ImportError: \n\nIMPORTANT: PLEASE READ THIS FOR ADVICE ON HOW TO SOLVE THIS ISSUE!\n\nImporting the numpy C-extensions failed.", "BLA007"),
    ("AttributeError: _ARRAY_API not found", "PKG007"),
    ("A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.1.2 as it may crash.", "PKG007"),
    ("ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88 from PyObject", "PKG007"),
    ("OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized.", "BLA009"),
    ("_multiarray_umath.cpython-39-x86_64-linux-gnu.so: undefined symbol: cblas_sgemm", "BLA007"),
    ("ImportError: /lib64/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by /opt/x.so)", "BLA011"),
    ("RuntimeError: CUDA error: CUDA driver version is insufficient for CUDA runtime version", "GPU002"),
    ("RuntimeError: CUDA error: no kernel image is available for execution on the device", "GPU003"),
    ("ModuleNotFoundError: No module named 'numpy'", "PY004"),
    ("error: externally-managed-environment\n\n× This environment is externally managed", "PY003"),
    ("OpenBLAS blas_thread_init: pthread_create failed for thread 2 of 64: Resource temporarily unavailable", "THR007"),
    ("CondaToSNonInteractiveError: Terms of Service have not been accepted for the following channels.", "CON004"),
    ("NoChannelsConfiguredError: No channels are configured. Conda requires at least one channel", "CON010"),
    ("Failed to initialize NVML: Driver/library version mismatch", "GPU007"),
    ("An NVIDIA GPU may be present on this machine, but a CUDA-enabled jaxlib is not installed. Falling back to cpu.", "GPU004"),
    ("Cannot dlopen some GPU libraries. Please make sure the missing libraries", "GPU011"),
    ("Could not load library libcudnn_cnn_infer.so.8. Error: libnvrtc.so: undefined symbol", "GPU010"),
    ("CuPy may not function correctly because multiple CuPy packages are installed", "GPU009"),
    ("OpenBLAS warning: precompiled NUM_THREADS exceeded, adding auxiliary array for thread metadata.", "THR006"),
    ("Error: mkl-service + Intel(R) MKL: MKL_THREADING_LAYER=INTEL is incompatible with libgomp.so.1 library.", "BLA009"),
    ("Intel MKL FATAL ERROR: Cannot load libmkl_avx2.so or libmkl_def.so.", "BLA007"),
    ("(mach-o file, but is an incompatible architecture (have 'arm64', need 'x86_64'))", "PY010"),
    ("-bash: /Users/k/venv/bin/pip: /Users/k/old/bin/python: bad interpreter: No such file or directory", "PY011"),
    ("WARNING: Ignoring invalid distribution -umpy (c:\\python39\\lib\\site-packages)", "PKG005"),
    ("Fatal Python error: init_fs_encoding: failed to get the Python codec of the filesystem encoding", "PY013"),
    ("EnvironmentNotWritableError: The current user does not have write permissions to the target environment.", "CON006"),
    ("AttributeError: partially initialized module 'random' has no attribute 'seed' (most likely due to a circular import)", "PY014"),
    ("No Python at '\"C:\\Python38\\python.exe'", "PY008"),
    ("AssertionError: Torch not compiled with CUDA enabled", "GPU001"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), TEXTS)
def test_an_error_that_is_posted_often_is_known(text: str, code: str) -> None:
    matches = recognise(text)
    assert matches, text
    assert matches[0].symptom.codes[0] == code


def test_there_are_many_symptoms_each_with_a_source_and_a_meaning() -> None:
    rows = symptoms()
    assert len(rows) >= 40
    for row in rows:
        re.compile(row.pattern)
        assert row.source.startswith("https://") and row.means.endswith(".") and row.codes


def test_every_code_of_the_table_is_a_rules() -> None:
    known = {code for loaded in collect().checks for code in loaded.check.codes}
    named = {code for row in symptoms() for code in row.codes}
    assert named - known == set()


def test_a_finding_explains_an_error_on_the_same_module() -> None:
    given = report(
        finding(
            "PKG001",
            Install(("joblib",)),
            subject="scikit-learn needs joblib",
            title="scikit-learn needs joblib",
            evidence=(),
        )
    )
    found = explain("ModuleNotFoundError: No module named 'joblib'", given)
    assert [item.finding.subject for item in found.causes] == ["scikit-learn needs joblib"]
    text = render(found, given, Style())
    assert text.index("This explains your error:") < text.index("scikit-learn needs joblib")


@pytest.mark.parametrize("name", ["jobli", "torch"])
def test_a_finding_on_another_distribution_explains_nothing(name: str) -> None:
    given = report(
        finding("PKG001", subject="scikit-learn needs joblib", title="scikit-learn needs joblib", evidence=())
    )
    assert explain(f"ModuleNotFoundError: No module named '{name}'", given).causes == ()


def test_a_module_that_is_not_here_is_said_to_be_not_here() -> None:
    given = report(packages=packages(distribution("numpy"), distribution("pip")))
    found = explain("ModuleNotFoundError: No module named 'scipy.linalg'", given)
    assert found.absent == "scipy"
    text = render(found, given, Style())
    assert f"scipy is not installed for {PREFIX}/bin/python." in text
    assert f"{PREFIX}/bin/python -m pip install scipy" in text


def test_no_command_installs_a_name_that_is_anybodys() -> None:
    given = report(packages=packages(distribution("pip")))
    text = render(explain("ModuleNotFoundError: No module named 'utils_of_mine'", given), given, Style())
    assert "utils_of_mine is not installed" in text
    assert "install utils" not in text


def test_a_module_that_is_here_points_to_another_python() -> None:
    given = report(packages=packages(distribution("numpy")))
    found = explain("ModuleNotFoundError: No module named 'numpy'", given)
    assert found.absent == ""
    assert "the error comes from another Python" in found.notes[0]


def test_nothing_here_is_said_plainly() -> None:
    given = report()
    text = render(explain("OMP: Error #15: Initializing libiomp5md.dll", given), given, Style())
    assert "Nothing here explains your error." in text
    assert "Looked for and not found here: BLA009" in text


def test_an_unknown_error_is_said_to_be_unknown() -> None:
    given = report(finding())
    found = explain("KeyError: 'temperature'", given)
    assert found.matches == () and found.causes == ()
    assert "not one that envdoctor knows" in render(found, given, Style())


def test_an_info_does_not_claim_to_explain() -> None:
    given = report(finding("THR006", severity=Severity.INFO, subject="x"))
    found = explain("OpenBLAS warning: precompiled NUM_THREADS exceeded", given)
    assert found.causes == () and len(found.perhaps) == 1


@pytest.mark.parametrize(
    ("line", "prefix"),
    [
        ('  File "/opt/x/lib/python3.9/site-packages/numpy/__init__.py", line 3', "/opt/x"),
        ("  File \"C:\\Users\\a\\anaconda3\\Lib\\site-packages\\numpy\\__init__.py\", line 3", "C:\\Users\\a\\anaconda3"),
        (f'  File "{PREFIX}/lib/python3.12/site-packages/numpy/__init__.py"', ""),
        ("nothing", ""),
    ],
)  # fmt: skip
def test_a_traceback_of_another_environment_is_told(line: str, prefix: str) -> None:
    assert other_prefix(line, PREFIX) == prefix


def test_hostile_text_costs_no_time() -> None:
    assert recognise("(" * 200_000 + "\n" + "a " * 400_000) == []
    assert other_prefix("/a" * 100_000, PREFIX) == ""


def test_the_facts_stay_as_they_are() -> None:
    known = facts()
    explain("$(touch /tmp/never)", report())
    assert known == facts()
