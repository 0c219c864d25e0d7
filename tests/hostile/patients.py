"""Patients out to harm: environments on disk that are broken in one to three ways, and the real check-up of each.

What is true of a patient is asked of its own Python: where ``import numpy`` fails there, "Healthy" is a false pass.
"""

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.support.patients import (
    GRACE,
    NOBODY,
    TIMEOUT,
    Checkup,
    Patient,
    add_distribution,
    checkup,
    clean_environ,
    copy_patient,
    write,
)

HUGE = 2 << 30  # bytes of a file that is one hole
AT_ONCE = 2
LINES = 20  # of standard error, at most


@dataclass
class Broken:
    """One patient under construction: where it, HOME and the working directory lie, and what has been done to it."""

    patient: Patient
    home: Path
    cwd: Path
    choose: random.Random
    done: list[str] = field(default_factory=list)
    usage: bool = False  # status 2 is right: the project's own settings, or no such Python
    as_nobody: bool = False

    @property
    def site(self) -> Path:
        return self.patient.site


# --- one file in the place of another ---


def _fifo(path: Path, choose: random.Random) -> None:
    os.mkfifo(path)


def _socket(path: Path, choose: random.Random) -> None:
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as made:
        made.bind(f"{short}/s")  # an address holds 108 bytes
        shutil.move(f"{short}/s", path)


def _huge(path: Path, choose: random.Random) -> None:
    path.write_bytes(b"home = /usr\n")
    os.truncate(path, HUGE)


def _bytes(path: Path, choose: random.Random) -> None:
    path.write_bytes(choose.randbytes(choose.choice([1, 64, 4096, 100_000])))


def _locked(path: Path, choose: random.Random) -> None:
    path.write_bytes(b"x")
    path.chmod(0)


SPOILERS: dict[str, Callable[[Path, random.Random], object]] = {
    "FIFO": _fifo,
    "loop": lambda path, choose: path.symlink_to(path.name),
    "dangling link": lambda path, choose: path.symlink_to("/nowhere/at/all"),
    "endless": lambda path, choose: path.symlink_to("/dev/zero"),
    "folder": lambda path, choose: path.mkdir(),
    "0 bytes": lambda path, choose: path.write_bytes(b""),
    "binary": _bytes,
    "hole of 2 GB": _huge,
    "no rights": _locked,
    "socket": _socket,
    "UTF-16": lambda path, choose: path.write_bytes("[x]\nName: a\n".encode("utf-16")),
    "line of 3 MB": lambda path, choose: path.write_bytes(b"Name: " + b"x" * 3_000_000),
    "deep": lambda path, choose: path.write_bytes(b"[" * 99_000),
    "gone": lambda path, choose: None,
}
OF_NUMPY = (
    *("numpy/__init__.py", "numpy/version.py", "numpy/_core/__init__.py", "numpy/_core/_multiarray_umath*.so"),
    *("numpy/linalg/_umath_linalg*.so", "numpy.libs/*openblas*", "numpy/_core", "numpy", "numpy/linalg/__init__.py"),
    *("numpy-*.dist-info/METADATA", "numpy-*.dist-info/RECORD", "numpy-*.dist-info/INSTALLER", "numpy-*.dist-info"),
)
OF_THE_PREFIX = ("pyvenv.cfg", "lib", "lib64", "bin/python", "bin/python3", "bin", "site-packages")
OF_A_DISTRIBUTION = ("METADATA", "RECORD", "INSTALLER", "WHEEL", "direct_url.json", "entry_points.txt", "top_level.txt")
OF_HOME = (
    *(
        ".condarc",
        ".config/pip/pip.conf",
        ".local/share/jupyter",
        ".jupyter/jupyter_config.json",
        ".conda/environments.txt",
    ),
    *(".config/matplotlib/matplotlibrc", ".numba_config.yaml", ".config/dask/dask.yaml", ".local/lib", ".ipython"),
)
OF_THE_PROJECT = (
    *("pyproject.toml", "requirements.txt", "environment.yml", "uv.lock", "poetry.lock", "pixi.lock", "pixi.toml"),
    *(
        "conda-lock.yml",
        "Pipfile",
        "Pipfile.lock",
        "pylock.toml",
        "setup.cfg",
        "setup.py",
        ".python-version",
        "envdoctor.toml",
    ),
)
OTHERS = (
    *(
        "zz.pth",
        "__editable__.x-1.0.pth",
        "sitecustomize.py",
        "share/jupyter/kernels/k/kernel.json",
        "conda-meta/history",
    ),
    *("conda-meta/numpy-1.0-0.json", "etc/conda/activate.d/x.sh", "distutils-precedence.pth", "enum.py", "typing.py"),
)
SETTINGS = ("envdoctor.toml", "pyproject.toml")  # what envdoctor itself is set up by


def _spoil(broken: Broken, path: Path, name: str) -> None:
    kind = broken.choose.choice(list(SPOILERS))
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    SPOILERS[kind](path, broken.choose)
    broken.as_nobody = broken.as_nobody or kind == "no rights"
    broken.usage = broken.usage or name in SETTINGS or name.startswith("bin")
    broken.done.append(f"{name}: {kind}")


def file_of_numpy(broken: Broken) -> None:
    """A file or folder of NumPy's is something else."""
    pattern = broken.choose.choice(OF_NUMPY)
    found = sorted(broken.site.glob(pattern))
    if found:
        _spoil(broken, found[0], pattern)


def file_of_the_prefix(broken: Broken) -> None:
    """What makes the folder an environment is something else."""
    name = broken.choose.choice(OF_THE_PREFIX)
    _spoil(broken, broken.site if name == "site-packages" else broken.patient.prefix / name, name)


def file_of_a_distribution(broken: Broken) -> None:
    """Another distribution's metadata is something else."""
    folder = add_distribution(broken.site, "victim", modules={"victim.py": ""})
    name = broken.choose.choice(OF_A_DISTRIBUTION)
    _spoil(broken, folder / name, name)


def file_of_home(broken: Broken) -> None:
    """A file of the user's is something else."""
    name = broken.choose.choice(OF_HOME)
    _spoil(broken, broken.home / name, name)


def file_of_the_project(broken: Broken) -> None:
    """A file of the project's is something else."""
    name = broken.choose.choice(OF_THE_PROJECT)
    _spoil(broken, broken.cwd / name, name)


def other_file(broken: Broken) -> None:
    """A path file, a kernel, a record of conda's is something else."""
    name = broken.choose.choice(OTHERS)
    _spoil(broken, (broken.patient.prefix if "/" in name else broken.site) / name, name)


# --- one text in the place of another ---

CONFIGURATIONS = (
    *(
        b"home = /nowhere/bin\n",
        b"home = /usr\0/bin\nversion = 3.11.7\n",
        b"home =\n",
        b"home = /usr/bin\nhome = /nowhere\n",
    ),
    *(
        b"\xef\xbb\xbfhome = /usr/bin\n",
        b"include-system-site-packages = perhaps\n",
        b"home /usr/bin\n",
        b"\xff\xfe\x00",
    ),
    *(b"home = \xed\xa0\x80\n", b"home = /usr/bin\nprompt = \x1b[2J\n::error::pwn\n", b"= = =\n" * 10_000),
)
STARTS = (
    *(
        "import os; os._exit(3)",
        "import os; os._exit(0)",
        "import sys; sys.exit(0)",
        "raise SystemExit",
        "import os; )(",
    ),
    *("import time; time.sleep(60)", "while True: pass", "print('hello' * 10_000)", "import os; os.close(1)"),
    *("import os; os.closerange(0, 256)", "import os; os.chdir('/')", "import os; os.environ.clear()"),
    *(
        "import sys; sys.path[:] = [None, 3, b'/x', '\\0', '\\ud800']",
        "import sys; sys.path.clear()",
        "import sys; del sys.path",
    ),
    *(
        "import sys; sys.prefix = '/nowhere'",
        "import builtins; builtins.len = None",
        "import builtins; builtins.open = None",
    ),
    *(
        "import json, sys; sys.modules['json'] = None",
        "import sys; sys.modules['ctypes'] = None",
        "import os; os.fork()",
    ),
    *(
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    ),
    *(
        "import ctypes; ctypes.string_at(0)",
        "import ctypes; ctypes.PyDLL(None).sleep(60)",
        "raise RuntimeError('x' * 10**6)",
    ),
    *("raise RuntimeError('\\ud800\\u202e\\x1b[31m::error::pwn')", "import sys; sys.setrecursionlimit(30)"),
    *(
        "import sys; sys.settrace(lambda *a: 1 / 0)",
        "import os; os.write(2, b'E' * 10**6)",
        "import os; os.listdir = None",
    ),
    *(
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))",
        "import os; os.execv('/bin/sleep', ['sleep', '60'])",
    ),
    *(
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (60 << 20, 60 << 20))",
        "import gc; gc.set_threshold(1)",
    ),
    *("import os; os.fork() or os.execv('/bin/sleep', ['sleep', '60'])", "import os; os.execv('/bin/true', ['true'])"),
    *("import threading, time; [threading.Thread(target=time.sleep, args=(60,)).start() for _ in range(50)]",),
    *("import sys; sys.meta_path.insert(0, type('H', (), {'find_spec': lambda s, n, *a: 1 / 0})())",),
    *(
        "class E(BaseException): __str__ = None\nraise E",
        "import sys; sys.stdout = sys.stderr = None",
        "import io; io.open = None",
    ),
)
PATHS = (
    b"/nowhere\n" * 50_000,
    b"/a\0b\nimport os\0\n",
    b"/caf\xe9\n",
    b"\xff\xfei\0m\0\n",
    b"../../../..\n",
    b"/\n",
    b".\n" * 999,
)
ROWS = (
    *(b"../../../../../../etc/x.so,,\n/etc/nothere.so,,\n", b'"a\nb.so",,\nx\0y.so,,\n\xff\xfe.so,,\n,,\n,\n"""",,\n'),
    *(b"".join(b"t%d/__init__.py,,\n" % number for number in range(50_000)), b".so" * 1_000_000, b"a,b,c,d,e\n" * 1000),
    *(
        b"".join(b"gone%d.so,,\n" % number for number in range(50_000)),
        b"numpy/__init__.py,sha256=x,-1\n",
        b"\r" * 100_000,
    ),
    *(b"victim.py,sha256=AAAA,99999999999999999999999\n", b"//\n./.\n../..\n~\n", b"-rf,,\n--help,,\n"),
)
HEADERS = (
    *(
        "Name: --index-url=https://pwn\nVersion: 1\n",
        "Name: victim\nVersion: $(pwn)\n",
        "Name: \x1b[31mvictim\nVersion: 1\n",
    ),
    *("Version: 1\n", "Name: victim\n", "", "\n\nName: victim\n", "Name: victim\nVersion: 1\nRequires-Dist: victim\n"),
    *(
        "Name: victim\nVersion: 1\nRequires-Dist: " + "a, " * 100_000 + "\n",
        "Name: victim\nVersion: " + "9" * 4000 + "\n",
    ),
    *("Name: victim\nVersion: 1\n" + "".join(f"Requires-Dist: d{number}>={number}\n" for number in range(5_000)),),
    *("Name: victim\nVersion: 1\nRequires-Dist: x; " + "(" * 2000 + "os_name=='x'" + ")" * 2000 + "\n",),
    *(
        "Name: victim\nVersion: 1\nRequires-Dist: numpy (((>=1\n",
        "Name: numpy\nVersion: 0\n",
        "Name: victim\nVersion: 1.0.0.0.0!x\n",
    ),
    *("Name: victim\nVersion: 1\nRequires-Dist: x @ file:///etc/passwd\nRequires-Python: <0, >=99, !!\n",),
)
POINTS = (
    b"[console_scripts]\nx = " + b"y" * 1_000_000,
    b"[envdoctor.checks]\nx = os:_exit\n",
    b"[" * 10_000,
    b"[\xff]\n\xfe = \xfd\n",
)
NAMES = (
    *(
        b"a\nb-1.0.dist-info",
        b"t\tb-1.0.dist-info",
        b"\xff\xfe-1.0.dist-info",
        b"x" * 240 + b"-1.dist-info",
        b"-1.0.dist-info",
    ),
    *(
        b".dist-info",
        b"--help-1.0.dist-info",
        b" -1.0.dist-info",
        b"\xe2\x80\xae-1.0.dist-info",
        b"~umpy-2.0.dist-info",
    ),
    *(
        b"NUMPY-9.0.dist-info",
        b"numpy-0.1.egg-info",
        b"a;b-1.dist-info",
        b"\x1b[2J.pth",
        b"z\n\xff.pth",
        b"..-1.dist-info",
    ),
)
MODULES = (
    "enum.py",
    "typing.py",
    "json.py",
    "random/__init__.py",
    "numpy.py",
    "os.py",
    "ctypes.py",
    "site.py",
    "re.py",
    "math.py",
)
BEGINNINGS = (
    "import os; os._exit(0)\n",
    "raise ImportError('no \x1b[2J')\n",
    "import time; time.sleep(60)\n",
    "}{\n",
    "\0",
    "1/0\n",
)


def configuration(broken: Broken) -> None:
    """pyvenv.cfg says what is not so."""
    text = broken.choose.choice(CONFIGURATIONS)
    write(broken.patient.prefix / "pyvenv.cfg", text)
    broken.done.append(f"pyvenv.cfg: {text[:40]!r}")


def start(broken: Broken) -> None:
    """Each start of the Python runs something."""
    text = broken.choose.choice(STARTS)
    name = broken.choose.choice(["sitecustomize.py", "zz.pth", "usercustomize.py"])
    one_line = name == "zz.pth" and text.startswith("import ")
    write(broken.site / (name if one_line or name != "zz.pth" else "sitecustomize.py"), text + "\n")
    broken.done.append(f"{name}: {text[:60]}")


def path_file(broken: Broken) -> None:
    """A path file names what is no path."""
    text = broken.choose.choice(PATHS)
    write(broken.site / "many.pth", text)
    broken.done.append(f"many.pth: {text[:20]!r}")


def metadata(broken: Broken) -> None:
    """A distribution's record, header or entry points say what is not so."""
    folder = add_distribution(broken.site, "victim", modules={"victim.py": ""})
    files: list[tuple[str, tuple[str | bytes, ...]]] = [
        ("RECORD", ROWS),
        ("METADATA", HEADERS),
        ("entry_points.txt", POINTS),
    ]
    name, texts = broken.choose.choice(files)
    text = broken.choose.choice(texts)
    write(folder / name, text)
    broken.done.append(f"{name}: {text[:60]!r}")


def names(broken: Broken) -> None:
    """Names in site-packages that are none."""
    for name in broken.choose.sample(NAMES, 3):
        path = os.path.join(os.fsencode(broken.site), name)
        if name.endswith(b".pth"):
            with open(path, "wb") as file:
                file.write(b"/nowhere\n")
        elif not os.path.lexists(path):
            os.mkdir(path)
            with open(os.path.join(path, b"METADATA"), "wb") as file:
                file.write(
                    b"Metadata-Version: 2.1\nName: " + name.split(b"-")[0].replace(b"\n", b" ") + b"\nVersion: 1.0\n\n"
                )
        broken.done.append(f"named {name[:30]!r}")


def module(broken: Broken) -> None:
    """A module of the standard library's name, or NumPy's own beginning, does what none should."""
    name = broken.choose.choice([*MODULES, "numpy/__init__.py"])
    text = broken.choose.choice(BEGINNINGS)
    where = broken.cwd if broken.choose.random() < 0.3 and name != "numpy/__init__.py" else broken.site
    write(where / name, text)
    broken.done.append(f"{name} in {where.name}: {text!r}")


def python(broken: Broken) -> None:
    """The Python is another program."""
    name = broken.choose.choice(
        ["/bin/true", "/bin/echo", "/usr/bin/yes", "/bin/cat", "/bin/sh", "/dev/null", "/bin/false"]
    )
    path = broken.patient.prefix / "bin" / "python"
    path.unlink()
    path.symlink_to(name)
    broken.usage = True
    broken.done.append(f"python is {name}")


KINDS = (
    *(file_of_numpy, file_of_the_prefix, file_of_a_distribution, file_of_home, file_of_the_project, other_file),
    *(configuration, start, path_file, metadata, names, module, python),
)


def build(template: Patient, root: Path, choose: random.Random, most: int = 3) -> Broken:
    """A copy of ``template`` below ``root`` with one to three faults that do not take the place of one another."""
    home, cwd = root / "home", root / "project"
    for folder in (root, home, cwd):
        folder.mkdir()
        folder.chmod(0o755)
    broken = Broken(copy_patient(template, root / "patient"), home, cwd, choose)
    for kind in choose.sample(KINDS, choose.randint(1, most)):
        try:
            kind(broken)
        except OSError as error:  # what an earlier fault has taken away
            broken.done.append(f"({kind.__name__}: {error.strerror})")
    return broken


@cache
def nobody() -> int | None:
    """Another user, where one is needed to meet with no rights and can run envdoctor; ``None``: we ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        tried = subprocess.run(
            [sys.executable, "-c", "import envdoctor"], user=NOBODY, group=NOBODY, extra_groups=[], check=False, cwd="/"
        )
    except OSError:
        return None
    return NOBODY if tried.returncode == 0 else None


def imports(broken: Broken) -> bool:
    """Whether ``import numpy`` works there, for who is to examine it."""
    words = [str(broken.patient.python), "-B", "-P" if sys.version_info >= (3, 11) else "-B", "-c"]
    words.append("import numpy, numpy.linalg; open(__import__('sys').argv[1], 'w').write('yes')")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        said = Path(folder, "said")
        user = nobody() if broken.as_nobody else None
        try:
            child = subprocess.Popen(
                [*words, str(said)],
                env=clean_environ(HOME=str(broken.home), ENVDOCTOR_TEST_TRUTH=folder),
                cwd=broken.cwd,
                user=user,
                group=user,
                extra_groups=[] if user is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return False
        try:
            child.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(child.pid, 9)
        except ProcessLookupError:
            pass
        child.wait()
        return said.exists() and said.read_text() == "yes"


def examined(broken: Broken) -> list[str]:
    """What is wrong with the check-up of one patient, in words; nothing where it stands."""
    user = nobody() if broken.as_nobody else None
    try:
        seen = checkup(
            broken.patient,
            environ=clean_environ(HOME=str(broken.home)),
            cwd=broken.cwd,
            user=user,
            watch=[broken.home],
        )
    except subprocess.TimeoutExpired:
        return ["it did not end"]
    wrong = _judged(broken, seen)
    if seen.seconds > TIMEOUT + GRACE:
        wrong.append(f"it took {seen.seconds:.1f} s")
    return wrong


def _judged(broken: Broken, seen: Checkup) -> list[str]:
    wrong = []
    if seen.status not in ((0, 1, 2, 3) if broken.usage else (0, 1, 3)):
        wrong.append(f"status {seen.status}: {seen.stderr[-200:]!r}")
    if "Traceback" in seen.stderr or "Traceback (most recent" in seen.stdout.partition('"facts"')[0]:
        wrong.append("a traceback")
    if seen.stderr.count("\n") > LINES:
        wrong.append(f"{seen.stderr.count(chr(10))} lines on standard error")
    odd = {
        hex(ord(sign)) for sign in seen.text if (ord(sign) < 32 and sign != "\n") or sign in "\x7f\u202e\u200b\u2028"
    }
    if odd:
        wrong.append(f"control characters {sorted(odd)}")
    if seen.changed:
        wrong.append(f"changed {seen.changed[:3]}")
    if seen.left_running:
        wrong.append(f"left running {seen.left_running[:3]}")
    if seen.status == 2 and broken.usage:
        return wrong
    try:
        status = seen.document["summary"]["status"]
    except (AssertionError, ValueError, KeyError) as error:
        return [*wrong, f"no document: {error!s:.200}"]
    emptied = broken.site.is_dir() and not any(broken.site.glob("numpy*"))  # as an environment is that never had it
    if status == "healthy" and not emptied and not imports(broken):
        wrong.append("healthy, and numpy can't be imported")
    return wrong


def patients(count: int, seed: int, template: Patient, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """What was done to each of ``count`` patients that brought a check-up down, and how; each is built below ``folder``."""

    def one(number: int) -> tuple[str, list[str]]:
        root = folder / f"p{number}"
        broken = build(template, root, random.Random(seed * 1_000_000 + number))
        try:
            wrong = examined(broken)
            if wrong and all(word.startswith("it took") for word in wrong):  # the machine is shared: once more
                wrong = examined(broken)
            return f"{number}: {'; '.join(broken.done)}", wrong
        finally:
            shutil.rmtree(root, ignore_errors=True)

    with ThreadPoolExecutor(AT_ONCE) as workers:
        yield from ((what, wrong) for what, wrong in workers.map(one, range(count)) if wrong)
