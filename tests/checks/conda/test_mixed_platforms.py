"""CON018 mixed-platforms: loud and quiet."""

from envdoctor.engine.remedies import Change, Configure, LayAgain, UnsetEnv
from envdoctor.facts import CondaSetting
from envdoctor.testing import conda, environment, findings, record
from envdoctor_checks.conda.mixed_platforms import mixed_platforms

PYTHON = record("python", "3.11.2")


def test_packages_of_another_platform_than_python_s_are_an_error() -> None:
    known = conda(PYTHON, record("hdf5", "1.14", subdir="osx-64"), record("libfoo", subdir="osx-64"))
    (found,) = findings(mixed_platforms, conda=known, environment=environment())
    assert found.severity == "error" and "hdf5 1.14" in found.title and "osx-64" in found.title
    (remedy,) = found.remedies
    assert isinstance(remedy, LayAgain) and remedy.packages == ("hdf5", "libfoo")


def test_the_variable_that_brought_them_goes_first() -> None:
    known = conda(PYTHON, record("hdf5", subdir="osx-64"))
    (found,) = findings(mixed_platforms, conda=known, environment=environment(CONDA_SUBDIR="osx-64"))
    assert isinstance(found.remedies[0], UnsetEnv)


def test_a_variable_for_another_platform_is_a_warning_before_anything_has_happened() -> None:
    (found,) = findings(mixed_platforms, conda=conda(PYTHON), environment=environment(CONDA_SUBDIR="osx-64"))
    assert found.severity == "warning" and found.subject == "CONDA_SUBDIR"


def test_a_setting_for_another_platform_is_a_warning_that_goes_out_of_its_file() -> None:
    file = "/opt/conda/.condarc"
    for name, value in (("subdir", "osx-64"), ("subdirs", ["osx-64", "noarch"])):
        known = conda(PYTHON, settings={name: CondaSetting(value=value, sources=[file])})
        (found,) = findings(mixed_platforms, conda=known, environment=environment())
        assert found.severity == "warning" and "osx-64 in .condarc" in found.title
        (remedy,) = found.remedies
        assert isinstance(remedy, Configure) and remedy.changes == (Change("remove-key", name, "", file),)
    same = conda(PYTHON, settings={"subdir": CondaSetting(value="linux-64", sources=[file])})
    assert findings(mixed_platforms, conda=same, environment=environment()) == []


def test_noarch_and_an_environment_all_of_one_other_platform_are_quiet() -> None:
    plain = conda(PYTHON, record("six", subdir="noarch"))
    assert findings(mixed_platforms, conda=plain, environment=environment()) == []
    rosetta = conda(record("python", subdir="osx-64"), record("numpy", subdir="osx-64"))
    assert findings(mixed_platforms, conda=rosetta, environment=environment(CONDA_SUBDIR="osx-64")) == []
