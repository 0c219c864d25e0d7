"""conda's faults, made in prefixes by conda itself and by rattler, whose fixes a real conda carries out.

The cases of `tests.efficacy` that need the laboratory (`tests.support.real_conda`).
"""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.efficacy import Case, Outcome, Sick, on_a_computer_of_its_own, treated
from tests.support.conda_patients import SCIENCE, Ward, made, pip_install, record_of, ward, wheel
from tests.support.laboratory import CONDA_FORGE, MAIN, install
from tests.support.patients import Patient, add_distribution, patient_at, remove, write
from tests.support.real_conda import PYTHON, VERSION, Laboratory

CONDA = f"conda {VERSION}"
ANSWERS: dict[str, str | None] = {"CONDA_ALWAYS_YES": "1", "CONDA_AUTO_UPDATE_CONDA": "0"}
Build = Callable[[Laboratory, str, Path], Sick]


@dataclass(frozen=True)
class CondaCase:
    """One fault in a prefix by ``maker`` (conda, rattler, or base: the installation itself)."""

    code: str
    fault: str
    maker: str
    build: Build
    which: int = 0
    slow: bool = False

    @property
    def case(self) -> Case:
        made_by = {"conda": CONDA, "rattler": "rattler", "base": f"base of {CONDA}"}[self.maker]
        return Case(self.code, self.fault, made_by, lambda folder: Sick(folder, {}, folder), self.which)

    @property
    def name(self) -> str:
        return self.case.name

    def outcome(self, lab: Laboratory, folder: Path) -> Outcome:
        return treated(replace(self.case, build=lambda _: self.build(lab, self.maker, folder)), folder)


def sick(around: Ward, patient: Patient, cwd: Path | None = None, **variables: str | None) -> Sick:
    return Sick(patient.prefix, around.environ(patient, **(ANSWERS | variables)), cwd or around.home)


def patient(lab: Laboratory, maker: str, folder: Path, *specs: str, own_base: bool = False) -> tuple[Ward, Patient]:
    """A prefix of one's own; ``own_base`` where the cure makes something in the installation."""
    base = lab.copy_base(folder / "miniforge3") if own_base or maker == "base" else None
    around = ward(lab, folder, base.prefix if base else None)
    if maker == "base" and base is not None:
        return around, base
    return around, made(lab, maker, folder / "env", *(specs or SCIENCE))


def site(prefix: Path) -> Path:
    return prefix / "lib" / f"python{PYTHON}" / "site-packages"


# --- records and files ---


def with_a_file_gone(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    remove(site(here.prefix) / ("pip/_internal/main.py" if maker == "base" else "pandas/core.py"))
    return sick(around, here)


def with_a_command_gone(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    remove(here.prefix / "bin" / "lab-tool")
    return sick(around, here)


def with_a_library_of_another_size(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    write(here.prefix / "lib" / "libblas.so.1.0", b"\x7fELF cut off")
    return sick(around, here)


def with_pips_over_condas(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    pip_install(here, str(wheel(folder / "wheels", "pandas", "2.0.5")))
    return sick(around, here)


def with_pips_beside_condas(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    pip_install(here, "--ignore-installed", str(wheel(folder / "wheels", "scipy", "1.11.5")))
    return sick(around, here)


def with_an_empty_record(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    write(record_of(here, "libblas"), "")
    return sick(around, here)


def with_a_leftover(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    write(here.prefix / "conda-meta" / "prefix_record_1.json", "")
    return sick(around, here)


def with_a_package_forced_out(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder, "python", "hdf5", "pandas", "pip")
    around.conda("remove", "--quiet", "--prefix", str(here.prefix), "--force", "zlib")
    return sick(around, here)


def with_an_older_one_than_needed(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    path = record_of(here, "pandas")
    record = json.loads(path.read_text())
    record["depends"] = [line.replace("numpy >=1.22.4", "numpy >=1.26") for line in record["depends"]]
    words = ("install", "--quiet", "--prefix", str(here.prefix), "--no-deps", "numpy=1.25")
    around.conda(*words)
    write(path, json.dumps(record))
    return sick(around, here)


def with_another_build_than_needed(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    path = record_of(here, "pandas")
    record = json.loads(path.read_text())
    record["depends"] = [line.replace("numpy >=1.22.4", "numpy 1.25.0 py_0") for line in record["depends"]]
    write(path, json.dumps(record))
    return sick(around, here)


def with_another_platforms(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder, "python", "pip")
    words = ("install", "--quiet", "--prefix", str(here.prefix), "--no-deps", "hdf5")
    around.conda(*words, CONDA_SUBDIR="osx-64")
    return sick(around, here)


def with_another_platform_in_the_shell(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    return sick(around, here, CONDA_SUBDIR="osx-64")


def with_what_pip_left_behind(lab: Laboratory, maker: str, folder: Path) -> Sick:
    """Python 3.10 became 3.11 since; what pip is to find again lies in a folder of wheels."""
    around, here = patient(lab, maker, folder, "python=3.10", "pip")
    old = here.prefix / "lib" / "python3.10" / "site-packages"
    wheels = folder / "wheels"
    shutil.unpack_archive(wheel(wheels, "cowsay", "6.1"), old, format="zip")
    around.conda("install", "--quiet", "--prefix", str(here.prefix), "python=3.11", "pip")
    return sick(around, patient_of(here.prefix), PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels))


def patient_of(prefix: Path) -> Patient:
    return Patient(prefix, prefix / "bin" / "python", site(prefix))


# --- state files ---


def with_state(file: str, content: bytes | None, add: bool = False) -> Build:
    def build(lab: Laboratory, maker: str, folder: Path) -> Sick:
        around, here = patient(lab, maker, folder)
        path = here.prefix / file
        if content is None:
            remove(path)
        else:
            write(path, (path.read_bytes() if add else b"") + content)
        return sick(around, here)

    return build


def with_a_folder(file: str) -> Build:
    def build(lab: Laboratory, maker: str, folder: Path) -> Sick:
        around, here = patient(lab, maker, folder)
        path = here.prefix / file
        path.unlink(missing_ok=True)
        path.mkdir()
        return sick(around, here)

    return build


def with_a_record_that_lacks(field: str) -> Build:
    def build(lab: Laboratory, maker: str, folder: Path) -> Sick:
        around, here = patient(lab, maker, folder)
        path = record_of(here, "libblas")
        write(path, json.dumps({key: value for key, value in json.loads(path.read_text()).items() if key != field}))
        return sick(around, here)

    return build


def with_a_record_cut_off(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    path = record_of(here, "libblas")
    write(path, path.read_bytes()[:200])
    return sick(around, here)


# --- configuration ---


def configured(text: str, **variables: str) -> Build:
    def build(lab: Laboratory, maker: str, folder: Path) -> Sick:
        around, here = patient(lab, maker, folder, own_base=True)
        write(around.base / ".condarc", "solver: classic\n")
        write(around.home / ".condarc", text, 0o600)
        return sick(around, here, None, **variables)

    return build


def readable_by_all(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    address = "https://ada:s3cret@artifactory.test/api/conda/conda-forge"
    write(around.home / ".condarc", f"channels:\n  - {address}\nchannel_priority: strict\n", 0o644)
    folder.chmod(0o755)
    return sick(around, here)


def without_its_solver(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder, own_base=True)
    write(around.base / ".condarc", "channels:\n  - conda-forge\n")
    return sick(around, here)


def of_two_families(lab: Laboratory, maker: str, folder: Path) -> Sick:
    base = lab.copy_base(folder / "miniforge3").prefix
    around = ward(lab, folder, base)
    prefix = folder / "env"
    if maker == "rattler":
        wanted = {CONDA_FORGE: ("python", "numpy", "pandas", "pip"), MAIN: ("hdf5=1.12",)}
        install(prefix, lab.channels, wanted, cache=lab.folder / "rattler", indexed=True)
    else:
        create = ("create", "--quiet", "--prefix", str(prefix), "--override-channels", "--channel", "conda-forge")
        around.conda(*create, "python", "numpy", "pandas", "pip")
        around.conda("install", "--quiet", "--prefix", str(prefix), "--channel", "defaults", "hdf5=1.12")
    return sick(around, patient_at(prefix))


# --- base ---


def with_more_in_base(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    around.conda("install", "--quiet", "--prefix", str(around.base), "pandas", "seaborn")
    return sick(around, here)


def whose_conda_does_not_start(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder, own_base=True)
    remove(site(around.base) / "requests" / "__init__.py")
    shutil.rmtree(site(around.base) / "boltons")
    return sick(around, here)


# --- projects, and what lies outside of the prefix ---


def without_a_mark(folder: Path, ill: Sick, project: Path) -> Sick:
    """The patient in a project, as on a computer that is no container: there these rules are silent."""
    before = on_a_computer_of_its_own(folder)
    return Sick(ill.python, ill.environ, project, before, ("--project", str(project)))


def whose_project_lists_nothing(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    project = folder / "project"
    write(project / "setup.py", "from setuptools import setup\nsetup(name='fit')\n")
    return without_a_mark(folder, sick(around, here), project)


def that_a_project_runs_in(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    project = folder / "project"
    write(project / "environment.yml", "channels: [conda-forge]\ndependencies: [python=3.11, hdf5]\n")
    return without_a_mark(folder, sick(around, here), project)


def with_the_users_packages(lab: Laboratory, maker: str, folder: Path) -> Sick:
    around, here = patient(lab, maker, folder)
    add_distribution(around.home / ".local" / "lib" / f"python{PYTHON}" / "site-packages", "pandas", "1.0")
    return sick(around, here)


BOTH = ("conda", "rattler")
FLEXIBLE = "channels:\n  - conda-forge\n  - bioconda\n"
DEFAULTS_FIRST = "channels:\n  - defaults\n  - conda-forge\nchannel_priority: strict\n"
ENDED = "channels:\n  - pytorch\n  - conda-forge\nchannel_priority: strict\n"
NODEFAULTS = "channels:\n  - conda-forge\n  - nodefaults\nchannel_priority: strict\n"
ANOTHER = "channels:\n  - conda-forge\nchannel_priority: strict\nsubdir: osx-64\n"
HISTORY = b"==> 2026-01-01 00:00:00 <==\n# update specs: ['numpy\n"
CONDA_CASES = [
    *(CondaCase("CON001", "defaults and conda-forge in one", maker, of_two_families) for maker in BOTH),
    *(CondaCase("CON002", "priority is flexible", maker, configured(FLEXIBLE)) for maker in BOTH),
    *(CondaCase("CON003", "defaults stand above conda-forge", maker, configured(DEFAULTS_FIRST)) for maker in BOTH),
    CondaCase("CON005", "packages in base", "base", with_more_in_base, which=1),
    *(CondaCase("CON007", "pip's in place of conda's", maker, with_pips_over_condas) for maker in BOTH),
    *(CondaCase("CON007", "pip's beside conda's", maker, with_pips_beside_condas) for maker in BOTH),
    *(CondaCase("CON008", "a file of a noarch package is gone", maker, with_a_file_gone) for maker in (*BOTH, "base")),
    *(CondaCase("CON008", "a library is cut off", maker, with_a_library_of_another_size) for maker in BOTH),
    *(CondaCase("CON008", "a command is gone", maker, with_a_command_gone) for maker in BOTH),
    *(CondaCase("CON009", "all may read a password", maker, readable_by_all) for maker in BOTH),
    *(CondaCase("CON012", "a channel has ended", maker, configured(ENDED)) for maker in BOTH),
    *(CondaCase("CON013", "a record is empty", maker, with_an_empty_record) for maker in BOTH),
    *(CondaCase("CON013", "an unfinished record", maker, with_a_leftover) for maker in BOTH),
    *(CondaCase("CON015", "nodefaults is a channel", maker, configured(NODEFAULTS)) for maker in BOTH),
    *(CondaCase("CON016", "the history is gone", maker, with_state("conda-meta/history", None)) for maker in BOTH),
    *(
        CondaCase("CON016", "the history is not UTF-8", maker, with_state("conda-meta/history", b"# \xe9\xff\n", True))
        for maker in BOTH
    ),
    CondaCase("CON016", "a list in the history is cut off", "conda", with_state("conda-meta/history", HISTORY, True)),
    *(CondaCase("CON016", "a record is cut off", maker, with_a_record_cut_off) for maker in BOTH),
    *(
        CondaCase("CON016", "macOS' copy of a record", maker, with_state("conda-meta/._x-1-0.json", b"\0\5\x16\7\0\2"))
        for maker in BOTH
    ),
    CondaCase("CON016", "a record that is none", "conda", with_state("conda-meta/corrupted.json", b"\xb2\n")),
    CondaCase("CON016", "pinned is no spec", "conda", with_state("conda-meta/pinned", b"numpy 1.*\nscipy >=>1\n")),
    CondaCase("CON016", "pinned is not UTF-8", "conda", with_state("conda-meta/pinned", b"# \xff\nnumpy 1.*\n")),
    CondaCase("CON016", "state is no JSON", "conda", with_state("conda-meta/state", b"{oops")),
    CondaCase("CON016", "variables are no JSON", "conda", with_state("etc/conda/env_vars.d/x.json", b"{")),
    *(
        CondaCase("CON016", "a folder in the history's place", maker, with_a_folder("conda-meta/history"))
        for maker in BOTH
    ),
    CondaCase("CON016", "pinned is UTF-16", "conda", with_state("conda-meta/pinned", "numpy 1.*\n".encode("utf-16"))),
    CondaCase("CON016", "state has a byte order mark", "conda", with_state("conda-meta/state", b"\xef\xbb\xbf{}")),
    CondaCase("CON016", "a folder in state's place", "conda", with_a_folder("conda-meta/state")),
    *(CondaCase("CON016", "a record has no build", maker, with_a_record_that_lacks("build")) for maker in BOTH),
    *(CondaCase("CON017", "base lacks its solver", maker, without_its_solver) for maker in BOTH),
    CondaCase(
        "CON017",
        "the configuration names a solver",
        "conda",
        configured("channels:\n  - conda-forge\nsolver: rattler\n"),
    ),
    *(CondaCase("CON018", "a package of another platform", maker, with_another_platforms) for maker in BOTH),
    *(CondaCase("CON018", "CONDA_SUBDIR", maker, with_another_platform_in_the_shell) for maker in BOTH),
    *(CondaCase("CON018", "subdir in a condarc", maker, configured(ANOTHER)) for maker in BOTH),
    *(CondaCase("CON019", "a package was forced out", maker, with_a_package_forced_out) for maker in BOTH),
    *(CondaCase("CON019", "a version does not fit", maker, with_an_older_one_than_needed) for maker in BOTH),
    *(CondaCase("CON019", "a build does not fit", maker, with_another_build_than_needed) for maker in BOTH),
    *(CondaCase("CON020", "conda does not start", maker, whose_conda_does_not_start) for maker in (*BOTH, "base")),
    *(CondaCase("CON021", "pip's packages were left behind", maker, with_what_pip_left_behind) for maker in BOTH),
    *(
        CondaCase("PY007", "the user's packages hide the environment's", maker, with_the_users_packages, slow=True)
        for maker in BOTH
    ),
    *(
        CondaCase("REP001", "the project lists nothing", maker, whose_project_lists_nothing, slow=True)
        for maker in BOTH
    ),
    CondaCase("REP005", "a project in conda's base", "base", that_a_project_runs_in, slow=True),
]


def run_all(words: tuple[str, ...] = ()) -> list[tuple[Case, Outcome]]:
    """The outcome of each case whose code begins with one of ``words``; of all without."""
    from tests.support.real_conda import bring_up

    cases = [item for item in CONDA_CASES if not words or item.code.startswith(words)]
    rows: list[tuple[Case, Outcome]] = []
    if not cases:
        return rows
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, bring_up(Path(folder, "ca.pem")) as lab:
        for item in cases:
            with tempfile.TemporaryDirectory(prefix="efficacy-") as scratch:
                rows.append((item.case, item.outcome(lab, Path(scratch))))
            print(f"{item.name}: {rows[-1][1]}", flush=True)
    return rows
