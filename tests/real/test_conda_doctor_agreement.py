"""``conda doctor`` and CON008 on the same prefixes, healthy and damaged, by conda and by rattler: a row each.

conda doctor's own functions are asked (conda 24.7.1, conda/plugins/subcommands/doctor/health_checks.py), all rows in
one process. Where the two name different packages, the row says why.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from envdoctor.facts import Conda
from envdoctor.probe.conda.whole import whole
from envdoctor.probe.prefix.prefix import read as read_prefix
from envdoctor.probe.world import World
from envdoctor.testing import outcome
from envdoctor_checks.conda.damaged_conda_package import damaged_package
from envdoctor_checks.conda.pip_over_conda import pip_over_conda
from envdoctor_checks.conda.state_file_stops_conda import state_file_stops_conda
from tests.support.conda_patients import made, pip_install, record_of, wheel
from tests.support.patients import Patient, remove, write
from tests.support.real_conda import Laboratory

pytestmark = pytest.mark.real

DOCTOR = """
import json, sys
from conda.plugins.subcommands.doctor.health_checks import find_altered_packages, find_packages_with_missing_files
def packages(look, prefix):
    return sorted(stem.rsplit("-", 2)[0] for stem in look(prefix))
def answer(prefix):
    try:
        return packages(find_packages_with_missing_files, prefix) + packages(find_altered_packages, prefix)
    except Exception as error:
        return type(error).__name__
print(json.dumps([answer(prefix) for prefix in json.load(sys.stdin)]))
"""
SCIENCE = ("python", "pandas", "scipy", "pip")
SHORT = "conda records a noarch package's files under the package's own paths, and conda doctor looks for them there"
PLAIN = "rattler records a hash of the file as it is here only where a prefix was written into it; conda doctor knows no other"
LINKS = (
    "of a soft link rattler records a hash that is not that of the file it leads to: a false alarm of conda doctor's"
)
TEXT = "an edited text, header or script harms no import, and people do edit them"
BOTH_BRING = "two packages bring the file and one of them has lost it: conda lets that pass with a word, and so do we"
ENDS = "conda doctor fails on it; CON016 names the file and its fix"


@dataclass(frozen=True)
class Row:
    """A prefix; ``ours`` and ``theirs`` are the packages that only one of the two names, each with the reason."""

    maker: str
    fault: str
    harm: Callable[[Patient], object] = lambda patient: None
    words: tuple[str, ...] = SCIENCE
    named: tuple[str, ...] = ()
    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    ends: str = ""


def gone(path: str) -> Callable[[Patient], object]:
    return lambda patient: remove(patient.prefix / path)


def altered(path: str) -> Callable[[Patient], object]:
    """Other content, of the same size."""

    def harm(patient: Patient) -> None:
        file = patient.prefix / path
        write(file, bytes(byte ^ 1 for byte in file.read_bytes()), file.stat().st_mode & 0o777)

    return harm


def pip_over(patient: Patient) -> None:
    pip_install(patient, str(wheel(patient.prefix.parent / "wheels", "pandas", "2.0.5")))


def cut_off(path: str) -> Callable[[Patient], object]:
    return lambda patient: write(patient.prefix / path, b"\x7fELF cut off")


def a_record_cut_off(patient: Patient) -> None:
    path = record_of(patient, "libblas")
    write(path, path.read_bytes()[:200])


def a_record_gone(patient: Patient) -> None:
    remove(record_of(patient, "libblas"))


def a_folder_gone(patient: Patient) -> None:
    shutil.rmtree(patient.site / "pandas")


def all_compiled_gone(patient: Patient) -> None:
    for path in patient.site.glob("**/*.pyc"):
        path.unlink()


SITE = "lib/python3.11/site-packages"


def damaged(maker: str) -> list[Row]:
    noarch, native = ({"scipy": SHORT}, {}) if maker == "conda" else ({"scipy": PLAIN}, {"numpy": PLAIN})
    rows = [
        Row(maker, "nothing"),
        Row(maker, "a noarch module is gone", gone(f"{SITE}/pandas/core.py"), named=("pandas",)),
        Row(maker, "a noarch package's folder is gone", a_folder_gone, named=("pandas",)),
        Row(
            maker, "a module of the standard library is gone", gone("lib/python3.11/json/decoder.py"), named=("python",)
        ),
        Row(maker, "a library is gone", gone("lib/libblas.so.1.0"), named=("libblas",)),
        Row(maker, "a library is cut off", cut_off("lib/libblas.so.1.0"), named=("libblas",)),
        Row(maker, "an entry point is gone", gone("bin/lab-tool"), named=("lab-tool",)),
        Row(maker, "a script is gone", gone("bin/lab-script"), named=("lab-tool",)),
        Row(maker, "documentation is gone", gone("share/doc/python/README"), named=("python",)),
        Row(
            maker,
            "a module for this Python has other content",
            altered(f"{SITE}/numpy/core.py"),
            named=() if native else ("numpy",),
            ours=native,
        ),
        Row(maker, "a noarch module has other content", altered(f"{SITE}/scipy/core.py"), ours=noarch),
        Row(maker, "a text is edited", altered("share/doc/python/README"), theirs={"python": TEXT}),
        Row(maker, "what Python compiled is gone", all_compiled_gone),
        Row(maker, "pip has been over a package", pip_over, named=("pandas",)),
        Row(maker, "a record is gone", a_record_gone),
        Row(maker, "a record is cut off", a_record_cut_off, ours={"libblas": ENDS}, ends="JSONDecodeError"),
    ]
    return rows if maker == "conda" else [with_links(row) for row in rows]


def with_links(row: Row) -> Row:
    without = ("libblas",) if row.fault == "a record is gone" else row.named
    linked = [name for name in ("python", "libblas", "libgcc", "openssl") if name not in without]
    return row if row.ends else replace(row, theirs=row.theirs | dict.fromkeys(linked, LINKS))


ROWS = [
    *damaged("conda"),
    *damaged("rattler"),
    Row("conda", "nothing", words=("python", "lab-tool", "lab-plugin")),
    Row("conda", "nothing", words=("python=3.10", "pip")),
    Row("conda", "nothing", words=("python", "font-data", "hdf5", "seaborn")),
    Row(
        "conda",
        "two packages bring one library",
        words=("python", "jpeg", "libjpeg-turbo"),
        theirs={"jpeg": BOTH_BRING},
    ),
]


@dataclass(frozen=True)
class Seen:
    """The packages that only we name, that only conda doctor names, that both do; and what conda doctor ended with."""

    ours: set[str]
    theirs: set[str]
    both: set[str]
    ended: str


def compared(lab: Laboratory, folder: Path) -> list[Seen]:
    """What was seen of each row."""
    prefixes = []
    for number, row in enumerate(ROWS):
        patient = made(lab, row.maker, folder / str(number) / "env", *row.words)
        row.harm(patient)
        prefixes.append(str(patient.prefix))
    asked = subprocess.run(
        [f"{lab.base}/bin/python", "-I", "-c", DOCTOR],
        input=json.dumps(prefixes),
        env=lab.environ(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for prefix, answer in zip(prefixes, json.loads(asked.stdout), strict=True):
        theirs, ours = set() if isinstance(answer, str) else set(answer), named_by_us(lab, prefix)
        found.append(Seen(ours - theirs, theirs - ours, ours & theirs, answer if isinstance(answer, str) else ""))
    return found


def test_we_name_the_packages_that_conda_doctor_names(lab: Laboratory, tmp_path: Path) -> None:
    expected = [Seen(set(row.ours), set(row.theirs), set(row.named), row.ends) for row in ROWS]
    wrong = [
        (row.maker, row.fault, seen)
        for row, seen, wanted in zip(ROWS, compared(lab, tmp_path), expected, strict=True)
        if seen != wanted
    ]
    assert not wrong, "\n".join(map(str, wrong))


def named_by_us(lab: Laboratory, prefix: str) -> set[str]:
    environ = lab.environ(Path(prefix).parent, active=Path(prefix))
    world = World(home=environ["HOME"], cwd=environ["HOME"], environ=environ, platform=sys.platform)
    conda: Conda = whole(world, read_prefix(world, prefix, f"{prefix}/bin/python"), deep=True)
    checks = (damaged_package, pip_over_conda, state_file_stops_conda)
    found = [item for check in checks for item in outcome(check, conda=conda).findings]
    packages = {record.name for record in conda.records} if isinstance(conda.records, list) else set()
    names = {item.subject for item in found}
    names |= {row.label for item in found if item.subject not in packages for row in item.evidence}
    stopping = {item.package.partition("=")[0] for item in conda.state if item.package}
    return names & packages | stopping
