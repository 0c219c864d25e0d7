"""Unmet requirements: what envdoctor finds beside what `pip check` and `uv pip check` find in the same environments."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patients import Patient, add_distribution, checkup, clean_environ, copy_patient, run, write

pytestmark = pytest.mark.real

# What is installed besides pip: name, version, requirements. Then the distributions that each of the three accuses.
# Where they differ, the reason stands beside it.
ENVIRONMENTS = {
    "missing": ([("app", "1.0", ["gone>=2"])], {"app"}, {"app"}, {"app"}),
    "too old": ([("app", "1.0", ["lib>=2,<3"]), ("lib", "1.9", [])], {"app"}, {"app"}, {"app"}),
    "another distribution's extra": ([("app", "1.0", ['gone; extra == "x"'])], set(), set(), set()),
    # pip and uv look at the distribution that is asked for, not at the extra that is asked of it.
    "an extra asked for": ([("app", "1.0", ["lib[x]"]), ("lib", "1.0", ['gone; extra == "x"'])], {"app"}, set(), set()),
    "a marker that holds": ([("app", "1.0", ['gone; python_version >= "3"'])], {"app"}, {"app"}, {"app"}),
    "a marker that does not": ([("app", "1.0", ['gone; sys_platform == "win32"'])], set(), set(), set()),
    "a nested marker": (
        [("app", "1.0", ['gone; (os_name == "nt" or python_version < "3") and extra == "y"'])],
        set(),
        set(),
        set(),
    ),
    "a cycle": ([("app", "1.0", ["lib"]), ("lib", "1.0", ["app>=2"])], {"lib"}, {"lib"}, {"lib"}),
    "a cycle of extras": (
        [("app", "1.0", ["lib[x]"]), ("lib", "1.0", ['app[y]; extra == "x"', 'lib[x]; extra == "all"'])],
        set(),
        set(),
        set(),
    ),
    "a URL": ([("app", "1.0", ["lib @ https://example.org/lib-1.0.tar.gz"]), ("lib", "1.0", [])], set(), set(), set()),
    "a URL of what is missing": (
        [("app", "1.0", ["gone @ https://example.org/gone.tar.gz"])],
        {"app"},
        {"app"},
        {"app"},
    ),
    "a pre-release within": ([("app", "1.0", ["lib>=2.0a1"]), ("lib", "2.0rc1", [])], set(), set(), set()),
    "a pre-release of what is asked for": (
        [("app", "1.0", ["lib>=2.0"]), ("lib", "2.0rc1", [])],
        {"app"},
        {"app"},
        {"app"},
    ),
    "a pre-release above": ([("app", "1.0", ["lib>=1.0"]), ("lib", "2.0.dev3", [])], set(), set(), set()),
    "a local version": ([("app", "1.0", ["lib==2.0"]), ("lib", "2.0+cpu", [])], set(), set(), set()),
    "a post-release": ([("app", "1.0", ["lib>1.0"]), ("lib", "1.0.post1", [])], {"app"}, {"app"}, {"app"}),
    "an epoch": ([("app", "1.0", ["lib>=2020"]), ("lib", "1!1.0", [])], set(), set(), set()),
    "a wildcard": (
        [("app", "1.0", ["lib==1.2.*", "other!=1.*"]), ("lib", "1.3", []), ("other", "1.9", [])],
        {"app"},
        {"app"},
        {"app"},
    ),
    "names written otherwise": (
        [("app", "1.0", ["Some.Thing_x>=1"]), ("some-thing-x", "1.0", [])],
        set(),
        set(),
        set(),
    ),
    "several at once": (
        [("app", "1.0", ["gone", "lib<1"]), ("lib", "1.0", []), ("user", "1.0", ["app>2"])],
        {"app", "user"},
        {"app", "user"},
        {"app", "user"},
    ),
}


Verdicts = tuple[set[str], set[str], set[str]]


def _numbered(text: str, number: int) -> str:
    """The text with the scenario's number before its distributions' names, so that all fit into one environment."""
    return re.sub(r"\b(app|lib|gone|other|user)\b", rf"s{number}-\1", text)


@pytest.fixture(scope="module")
def verdicts(bare_template: Patient, tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """Whom envdoctor, pip and uv accuse in one environment that holds all scenarios."""
    patient = copy_patient(bare_template, tmp_path_factory.mktemp("agreement") / "patient")
    for number, (installed, *_) in enumerate(ENVIRONMENTS.values()):
        for name, version, requires in installed:
            lines = [_numbered(line, number) for line in requires]
            add_distribution(patient.site, _numbered(name, number), version, lines)
    found = checkup(patient, "--select", "PKG001").findings("PKG001")
    pip = _said([sys.executable, "-m", "pip", "--python", str(patient.python), "check"])
    uv = _said([sys.executable, "-m", "uv", "pip", "check", "--python", str(patient.python)])
    return (
        {finding["subject"].split()[0] for finding in found},
        set(re.findall(r"^(\S+) \S+ (?:requires|has requirement)", pip, re.M)),
        set(re.findall(r"package `(\S+)` requires", uv)),
    )


def _said(argv: list[str]) -> str:
    done = subprocess.run(argv, env=clean_environ(), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_three_agree_or_the_table_says_why(name: str, verdicts: Verdicts) -> None:
    number = list(ENVIRONMENTS).index(name)
    accused = tuple({name.partition("-")[2] for name in names if name.startswith(f"s{number}-")} for names in verdicts)
    assert accused == ENVIRONMENTS[name][1:]


def test_every_accusation_belongs_to_a_scenario(verdicts: Verdicts) -> None:
    assert all(re.match(r"s\d+-", name) for names in verdicts for name in names)


def test_markers_are_judged_for_the_patient_and_not_for_us(bare_template: Patient, tmp_path: Path) -> None:
    """The patient's version is another than that of the Python that runs envdoctor."""
    patient = copy_patient(bare_template, tmp_path / "patient")
    version = run([str(patient.python), "-c", "import platform; print(platform.python_version())"]).strip()
    own = "{}.{}.{}".format(*sys.version_info[:3])
    if version == own:
        pytest.skip(f"no Python here of another version than {own}, from 3.9 on")
    add_distribution(patient.site, "app", requires=[f'for-the-patient; python_full_version == "{version}"'])
    add_distribution(patient.site, "other", requires=[f'for-us; python_full_version == "{own}"'])
    found = checkup(patient, "--select", "PKG001").findings("PKG001")
    assert [finding["subject"] for finding in found] == ["app needs for-the-patient"]


def test_egg_info_and_egg_link_are_read_as_pip_reads_them(bare_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(bare_template, tmp_path / "patient")
    egg = patient.site / "old_app-1.0-py3.11.egg-info"
    write(egg / "PKG-INFO", "Metadata-Version: 1.1\nName: old-app\nVersion: 1.0\n")
    text = 'gone-a\n\n[x]\ngone-b\n\n[:python_version < "3"]\ngone-c\n\n[y:python_version >= "3"]\ngone-d\n'
    write(egg / "requires.txt", text + '\n[:python_version >= "3"]\ngone-e>=2\n')
    source = tmp_path / "source"
    write(source / "linked.egg-info" / "PKG-INFO", "Metadata-Version: 1.1\nName: linked\nVersion: 2.0\n")
    write(source / "linked.egg-info" / "requires.txt", "gone-f\n")
    write(patient.site / "linked.egg-link", f"{source}\n.")
    seen = checkup(patient, "--select", "PKG001")
    assert {finding["subject"] for finding in seen.findings("PKG001")} == {
        "old-app needs gone-a",
        "old-app needs gone-e",
        "linked needs gone-f",
    }
    kinds = {item["key"]: item["kind"] for item in seen.document["facts"]["packages"]["distributions"]}
    assert (kinds["old-app"], kinds["linked"]) == ("egg-info", "egg-link")


@pytest.mark.parametrize("python", ["/usr/bin/python3", "/usr/bin/pypy3"])
def test_debians_own_pythons_give_no_warning(python: str) -> None:
    """PyPy has CPython's dist-packages on its path, extensions included."""
    if not os.path.exists(python) or not os.path.exists("/usr/lib/python3/dist-packages"):
        pytest.skip(f"no {python} here (Debian: {os.path.basename(python)})")
    seen = checkup(Path(python), "--select", "PKG,REP")
    assert [item for item in seen.document["findings"] if item["severity"] != "info"] == []
    assert seen.changed == []
