"""Fixtures for all tests: Pythons other than our own, and the environments made of them. None is used unasked."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support import windows
from tests.support.patients import Patient, add_unrelated_fault, copy_patient, make_venv, released, run

if TYPE_CHECKING:
    from tests.support.real_conda import Laboratory

# Where pyenv, uv and GitHub's runners keep Pythons.
INSTALLATIONS = (
    (Path.home(), ".pyenv/versions/3.*/bin/python"),
    (Path.home(), ".local/share/uv/python/cpython-3.*/bin/python"),
    (Path("/opt/hostedtoolcache/Python"), "3.*/x64/bin/python"),
)


CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def pytest_configure() -> None:
    """Have uv and Poetry trust the certificates of the machine, as pip does, where nobody has said otherwise."""
    for name in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS"):
        os.environ.setdefault(name, "1")
    if os.path.exists(CERTIFICATES):
        os.environ.setdefault("REQUESTS_CA_BUNDLE", CERTIFICATES)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The whole suite runs in one process more than there are processors, as many tests wait, and in four at most; tests
    that are named run in this one, which starts at once."""
    if config.args_source != pytest.Config.ArgsSource.TESTPATHS:
        return 0
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable + 1, 4) if usable > 1 else 0


class ByFile(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """A file's tests run in one process, and so do all that share a laboratory: it is set up once."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "conda" if re.match(r"tests/real/test_(?:conda|real_conda|routes)", path) else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Beside a test that is marked `alone` none runs in another process."""
    if "PYTEST_XDIST_WORKER" not in os.environ or os.name == "nt":
        return (yield)
    import fcntl

    shared = Path(item.config.option.basetemp).parent
    # Who waits to be alone holds the gate, and no other gets past it.
    with open(shared / "gate", "w") as gate, open(shared / "room", "w") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            return (yield)
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)


# Here another Python is examined, and what is asked of it does not depend on which: a second time they show nothing more.
ABOUT_LIBRARIES = frozenset(
    f"test_{name}.py"
    for name in ("measure", "threadcount", "libraries", "deep", "extensions", "gpu", "gpu_builds", "truth", "used")
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in which another Python is examined: with others at hand they show more. Skip what needs root."""
    for item in items:
        if "other_python" in getattr(item, "fixturenames", ()) and item.path.name not in ABOUT_LIBRARIES:
            item.add_marker("pythons")
        if item.get_closest_marker("root") and (not hasattr(os, "geteuid") or os.geteuid() != 0):
            item.add_marker(pytest.mark.skip("needs root"))


@pytest.fixture(scope="session")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python (3.9 or later, with venv) whose version and prefix are not those of envdoctor's own interpreter.

    Where this machine has none, a copy of its own in another prefix.
    """
    return _find_python("import venv") or str(released(sys.executable, tmp_path_factory.mktemp("other")))


@pytest.fixture(scope="session")
def plain_python(other_python: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """As `other_python`, without the ``sitecustomize`` of its own that Debian's has: it would hide an environment's."""
    plain = "import importlib.util as u; assert not u.find_spec('sitecustomize')"
    if _runs(other_python, plain):
        return other_python
    return _find_python(f"import venv; {plain}") or str(released(other_python, tmp_path_factory.mktemp("plain")))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Laboratory"]:
    """A real conda in an installation as Miniforge leaves it, with channels at their real URLs."""
    from tests.support import real_conda

    reason = real_conda.missing()
    if reason is not None:
        pytest.skip(reason)
    with real_conda.bring_up(tmp_path_factory.mktemp("lab") / "ca.pem") as laboratory:
        yield laboratory


def _find_python(code: str) -> str | None:
    """The first Python on this machine that is another than ours and runs ``code``."""
    candidates = ["/usr/bin/python3"]
    candidates += [path for minor in range(15, 8, -1) if (path := shutil.which(f"python3.{minor}"))]
    for root, pattern in INSTALLATIONS:
        candidates += sorted(map(str, root.glob(pattern)), key=_minor, reverse=True)
    for candidate in candidates:
        if os.path.exists(candidate) and _is_another(candidate, code):
            return candidate
    return None


def _minor(path: str) -> int:
    found = re.search(r"\b3\.(\d+)", path)
    return int(found[1]) if found else 0


def _is_another(python: str, code: str) -> bool:
    tell = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.base_prefix)"
    told = _runs(python, f"{code}\n{tell}")
    if not told:
        return False
    version, base = told.splitlines()
    own = "{}.{}.{}".format(*sys.version_info[:3])
    return version != own and base != sys.base_prefix and tuple(map(int, version.split("."))) >= (3, 9)


def _runs(python: str, code: str) -> str | None:
    """What ``code`` prints (a line break at least); ``None`` where it fails."""
    try:
        return run([python, "-I", "-c", f"{code}\nprint()"]).rstrip() or "\n"
    except (AssertionError, OSError):  # a pyenv shim without a version behind it, a Python without venv
        return None


@pytest.fixture(scope="session")
def bare_template(plain_python: str, tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return make_venv(plain_python, tmp_path_factory.mktemp("bare") / "venv")


@pytest.fixture(scope="session")
def numpy_template(other_python: str, tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return make_venv(other_python, tmp_path_factory.mktemp("numpy") / "venv", "numpy", "scipy")


@pytest.fixture
def bare_patient(bare_template: Patient, tmp_path: Path) -> Patient:
    """An environment of its own, without packages but the one that brings the unrelated fault (PKG001)."""
    patient = copy_patient(bare_template, tmp_path / "patient")
    add_unrelated_fault(patient.site)
    return patient


@pytest.fixture
def numpy_patient(numpy_template: Patient, tmp_path: Path) -> Patient:
    """An environment of its own with NumPy, SciPy and the unrelated fault (PKG001)."""
    patient = copy_patient(numpy_template, tmp_path / "patient")
    add_unrelated_fault(patient.site)
    return patient


@pytest.fixture(scope="session")
def debian_libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Debian's BLAS libraries, each alternative in a folder of its own."""
    from tests.support.debian import unpack

    return unpack(tmp_path_factory.mktemp("debian"))


@pytest.fixture(scope="session")
def mkl_libraries(plain_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds libmkl_rt, from PyPI."""
    patient = make_venv(plain_python, tmp_path_factory.mktemp("mkl") / "venv", "mkl")
    return patient.prefix / "lib"


@pytest.fixture(scope="session")
def debian_numpy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Debian's Python, with the NumPy that links to ``libblas.so.3``: the system's, or beside it."""
    from tests.support.debian import SYSTEM, python_with_numpy

    if os.path.exists("/usr/lib/python3/dist-packages/numpy/core"):
        return SYSTEM
    return python_with_numpy(tmp_path_factory.mktemp("debian-numpy"))


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[windows.Laboratory]:
    """A real Windows Python under Wine, with this checkout's envdoctor installed as a tool of its user."""
    if reason := windows.missing():
        pytest.skip(reason)
    named = os.environ.get("ENVDOCTOR_TEST_CACHE")
    cache = Path(named) if named else Path.home() / ".cache" / "envdoctor-tests"
    with windows.opened(tmp_path_factory.mktemp("laboratory"), cache, Path(__file__).parent.parent) as opened:
        yield opened


# Rooms whose code is pure: their tests run a second time, on the Windows twin of each patient.
PURE = ("tests/checks/", "tests/fixes/", "tests/origin/", "tests/report/")
# What a driver is, and where its libraries are looked for, is of each system: such tests have no twin.
DRIVERS = "tests/checks/gpu/"
# Which builds there are differs by system: there the twin has Windows' paths alone.
WHEELS = "tests/fixes/test_builds.py"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    path = metafunc.definition.path.as_posix()
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    if any(room in path for room in PURE) and DRIVERS not in path and not marks & {"posix", "real"}:
        metafunc.parametrize("twin", ["", "windows"], indirect=True, ids=["posix", "windows"])


@pytest.fixture(autouse=True)
def twin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ``pytest_generate_tests`` asks for it, what is judged is the Windows twin of the test's patient."""
    if getattr(request, "param", "posix") == "windows":
        from tests.support.twin import install

        install(monkeypatch, WHEELS not in request.path.as_posix())
