"""What is so here about the module or the name that an error is about."""

from collections.abc import Mapping

import pytest

from envdoctor.engine.remedies import Install, Manual, Replace
from envdoctor.report.why import modules, traceback
from envdoctor.report.why.clues import read
from envdoctor.report.why.story import Look, Place, Story, tell
from envdoctor.testing import PREFIX, distribution, facts, interpreter, packages

PYTHON = f"{PREFIX}/bin/python"
HERE = f"{PREFIX}/lib/python3.12/site-packages"


def looking(places: Mapping[str, Place]) -> Look:
    return places.get


def story(text: str, places: Mapping[str, Place] | None = None, *dists: str, python: str = "3.12") -> Story:
    """The story of a patient that has these modules (``None``: it can't be looked up) and distributions."""
    installed = packages(*(distribution(item.partition("==")[0], item.partition("==")[2] or "1.0") for item in dists))
    given = facts(packages=installed, interpreter=interpreter(version=f"{python}.1", python_version=python))
    return tell(read(text, traceback.read(text)), given, None if places is None else looking(places))


def missing(module: str) -> str:
    return f"ModuleNotFoundError: No module named '{module}'"


@pytest.mark.parametrize(
    ("module", "distribution"),
    [("zmq", "pyzmq"), ("attr", "attrs"), ("mpl_toolkits.basemap", "basemap"), ("google.protobuf", "protobuf"),
     ("cv2", "opencv-python"), ("yaml", "pyyaml"), ("sklearn.linear_model", "scikit-learn"), ("serial", "pyserial"),
     ("ipykernel_launcher", "ipykernel"), ("scipy.linalg", "scipy")],
)  # fmt: skip
def test_a_module_is_brought_by_its_distribution(module: str, distribution: str) -> None:
    told = story(missing(module), {})
    assert told.proven
    assert told.remedies == (Install((distribution,)),)
    assert "is not installed for" in (*told.here, *told.elsewhere)[0]


@pytest.mark.parametrize("module", ["zmq", "attr", "mpl_toolkits", "google.protobuf", "pkg_resources", "json"])
def test_a_module_that_is_here_is_not_called_missing(module: str) -> None:
    told = story(missing(module), {module: Place(f"{HERE}/{module}/__init__.py", "package")})
    assert not told.proven and told.remedies == ()
    assert "the error comes from another Python" in (*told.here, *told.elsewhere)[0]
    assert "not installed" not in " ".join((*told.here, *told.elsewhere))


def test_nothing_is_installed_that_is_anybodys() -> None:
    told = story(missing("utils_of_mine"), {})
    assert told.proven
    assert not any(isinstance(remedy, Install) for remedy in told.remedies)


@pytest.mark.parametrize(
    ("module", "python", "gone"),
    [("imp", "3.12", True), ("imp", "3.11", False), ("distutils.version", "3.13", True), ("asyncore", "3.12", True),
     ("telnetlib", "3.13", True), ("cgi", "3.12", False), ("parser", "3.10", True), ("lib2to3", "3.13", True)],
)  # fmt: skip
def test_a_module_that_the_standard_library_lost_is_told_by_version(module: str, python: str, gone: bool) -> None:
    told = story(missing(module), {}, python=python)
    assert "was removed from the standard library in Python 3." in told.means[0]
    assert told.proven is gone
    assert ("which still has it" in (*told.here, *told.elsewhere)[0]) is not gone


def test_a_name_of_python_2_is_one() -> None:
    assert (
        "`urllib2` is a name of Python 2. In Python 3 it is `urllib.request`" in story(missing("urllib2"), {}).means[0]
    )


def test_a_module_that_came_later_needs_a_newer_python() -> None:
    told = story(missing("tomllib"), {}, python="3.10")
    assert (
        told.proven
        and "since Python 3.11" in told.means[0]
        and "is Python 3.10, which is older" in (*told.here, *told.elsewhere)[0]
    )
    assert not story(missing("tomllib"), {"tomllib": Place("/usr/lib/python3.12/tomllib", "package")}).proven


def test_a_python_that_was_built_without_a_module_is_told() -> None:
    told = story(missing("_ctypes"), {})
    assert told.proven and told.here == (f"{PYTHON} was built without `_ctypes`.",)


def test_a_part_that_a_package_lost_is_told_with_its_version() -> None:
    places = {"sklearn": Place(f"{HERE}/sklearn/__init__.py", "package", "scikit-learn")}
    told = story(missing("sklearn.cross_validation"), places, "scikit-learn==1.5.0")
    assert told.proven
    assert "scikit-learn 1.5.0 has no `sklearn.cross_validation`" in " ".join(told.here)
    assert "taken out of sklearn in scikit-learn 0.20" in told.means[0]


def test_a_distribution_of_a_modules_name_that_is_another_one_is_replaced() -> None:
    places = {"serial": Place(f"{HERE}/serial/__init__.py", "package", "serial")}
    told = story(missing("serial.tools"), places, "serial==0.0.97")
    assert told.remedies == (Replace(("serial",), ("pyserial",)),)
    assert "hides pyserial" in " ".join(told.means)


def test_a_part_of_a_namespace_is_another_distributions() -> None:
    places = {"google": Place(f"{HERE}/google", "namespace", "google-auth")}
    told = story(missing("google.protobuf"), places, "google-auth==2.0")
    assert told.remedies == (Install(("protobuf",)),)


def test_a_single_file_in_a_packages_place_is_named() -> None:
    told = story(missing("streamlit.web"), {"streamlit": Place("/home/ada/streamlit.py", "module")})
    assert "`streamlit` is a single file here (/home/ada/streamlit.py), no package." in told.here


def test_a_distribution_whose_module_is_gone_is_reinstalled() -> None:
    told = story(missing("joblib"), {}, "joblib==1.4")
    assert told.remedies == (Install(("joblib",), force=True),)
    assert "joblib 1.4 is installed, and its module `joblib` is not there" in (*told.here, *told.elsewhere)[0]


@pytest.mark.parametrize(
    ("text", "dists", "python", "proven"),
    [
        ("AttributeError: module 'numpy' has no attribute 'bool'.", ["numpy==1.26.4"], "3.12", True),
        ("AttributeError: module 'numpy' has no attribute 'bool'.", ["numpy==1.21.0"], "3.12", False),
        ("AttributeError: `np.float_` was removed in the NumPy 2.0 release.", ["numpy==2.1.0"], "3.12", True),
        ("ImportError: cannot import name 'trapz' from 'scipy.integrate' (/x.py)", ["scipy==1.14.1"], "3.12", True),
        ("ImportError: cannot import name 'Self' from 'typing' (/usr/lib/python3.10/typing.py)", [], "3.10", True),
        ("ImportError: cannot import name 'Self' from 'typing' (/usr/lib/python3.10/typing.py)", [], "3.12", False),
        ("ImportError: cannot import name 'Mapping' from 'collections' (/usr/lib/python3.12/collections/__init__.py)",
         [], "3.12", True),
        ("ImportError: cannot import name 'TypeIs' from 'typing_extensions' (/x/typing_extensions.py)",
         ["typing_extensions==4.5.0"], "3.12", True),
        ("ModuleNotFoundError: No module named 'torch._six'", ["torch==2.3.0"], "3.12", True),
    ],
)  # fmt: skip
def test_a_name_that_was_taken_out_or_came_later_is_told_by_version(
    text: str, dists: list[str], python: str, proven: bool
) -> None:
    told = story(text, None, *dists, python=python)
    assert told.means and told.source.startswith("https://")
    assert told.proven is proven


def test_the_package_that_asks_for_the_name_is_upgraded() -> None:
    text = (
        f'  File "{HERE}/statsmodels/api.py", line 3, in <module>\n'
        f"ImportError: cannot import name 'trapz' from 'scipy.integrate' ({HERE}/scipy/integrate/__init__.py)"
    )
    told = story(text, None, "scipy==1.14.1", "statsmodels==0.13.2")
    assert told.remedies == (Install(("statsmodels>0.13.2",), title="upgrade statsmodels"),)
    assert "The file that asks for it belongs to statsmodels 0.13.2." in told.here


def test_a_file_that_the_text_names_is_renamed_by_hand() -> None:
    told = story("ImportError: cannot import name 'Random' from 'random' (/home/u/proj/random/__init__.py)", {})
    assert told.proven
    assert isinstance(told.remedies[0], Manual) and "/home/u/proj/random/__init__.py" in told.remedies[0].title


def test_no_name_of_the_table_brings_a_distribution_that_is_unknown() -> None:
    assert modules.distribution_of("utils") == ""
    assert modules.distribution_of("google.colab") == ""
    assert modules.distribution_of("numpy.linalg.x") == "numpy"


@pytest.mark.parametrize(
    ("version", "than", "expected"),
    [("2.0.0", "2.0", True), ("1.26.4", "2.0", False), ("3.9", "3.10", False), ("", "1", False)],
)
def test_versions_are_compared_by_number(version: str, than: str, expected: bool) -> None:
    assert modules.newer_or_same(version, than) is expected
