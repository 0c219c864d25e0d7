"""What has changed under a running process."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envdoctor.facts import Missing, Replaced
from envdoctor.probe.running import changed, parse_maps, read, replaced
from envdoctor.testing import distribution
from tests.support.patients import write

MAPS = """\
7f01 r-xp 00000000 08:01 11 /site/numpy/_core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so (deleted)
7f02 r--p 00000000 08:01 11 /site/numpy/_core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so (deleted)
7f03 r-xp 00000000 08:01 12 /site/numpy.libs/libscipy_openblas64_-8fb3d286.so
7f04 rw-s 00000000 00:01 13 /dev/shm/sem.loky (deleted)
7f05 rw-s 00000000 00:01 14 /memfd:doublemapper (deleted)
7f06 r-xp 00000000 08:01 15 /usr/lib/libfoo.so.1 (deleted)
7f07 rw-p 00000000 00:00 0 [heap]
"""


def test_only_compiled_files_of_packages_that_are_gone_count() -> None:
    assert parse_maps(MAPS, ["/site"]) == ["/site/numpy/_core/_multiarray_umath.cpython-312-x86_64-linux-gnu.so"]
    assert parse_maps(MAPS, []) == []


@pytest.mark.parametrize(
    ("loaded", "module", "name", "started", "found"),
    [
        ("1.26.4", "numpy", "numpy", -60.0, True),
        ("1.5.0", "sklearn", "scikit-learn", -60.0, True),
        ("2.3.0", "numpy", "numpy", -60.0, False),  # installed, and imported afterwards
        ("2.3.0+cpu", "torch", "torch", -60.0, False),  # the metadata has no local part
        ("1.26.4", "numpy", "numpy", 3600.0, False),  # the module's own version differs from its metadata's, as ever
        ("1.26.4", "numpy", "numpy", None, False),  # when the process started is not known
    ],
)
def test_a_module_is_replaced_where_its_metadata_is_younger_than_the_process_and_of_another_version(
    tmp_path: Path, loaded: str, module: str, name: str, started: float | None, found: bool
) -> None:
    site = str(tmp_path)
    item = distribution(name, "2.3.0", location=site, path=f"{site}/{name}-2.3.0.dist-info")
    write(Path(item.path) / "RECORD", "")
    since = None if started is None else time.time() + started
    told = replaced({module: (loaded, f"{site}/{module}/__init__.py")}, [item], since)
    assert told == ([Replaced(module=module, loaded=loaded, installed="2.3.0", distribution=name)] if found else [])


def test_a_module_from_elsewhere_is_not_the_distributions(tmp_path: Path) -> None:
    site = str(tmp_path / "site")
    item = distribution("numpy", "2.3.0", location=site, path=f"{site}/numpy-2.3.0.dist-info")
    write(Path(item.path) / "RECORD", "")
    versions = {"numpy": ("1.26.4", str(tmp_path / "checkout/numpy/__init__.py"))}
    assert replaced(versions, [item], time.time() - 60) == []


def test_a_variable_counts_where_it_is_not_as_at_the_start_and_may_be_recorded() -> None:
    start = {"OMP_NUM_THREADS": "4", "PATH": "/bin", "MKL_NUM_THREADS": "2"}
    now = {"OMP_NUM_THREADS": "1", "PATH": "/bin", "KMP_DUPLICATE_LIB_OK": "True", "MY_TOKEN": "x"}
    assert changed(start, now) == {"KMP_DUPLICATE_LIB_OK": None, "MKL_NUM_THREADS": "2", "OMP_NUM_THREADS": "4"}
    assert changed(None, now) == {}


def test_this_very_process_is_read_and_nothing_is_replaced() -> None:
    found = read(Missing("not asked"), os.environ)
    assert (found.replaced, found.deleted) == ([], [])
    if sys.platform == "linux":
        assert found.affinity and found.widest and found.widest >= found.affinity


PINNED = """
import os, threading
import envdoctor
held = threading.Event()
threading.Thread(target=held.wait, daemon=True).start()
many = len(os.sched_getaffinity(0))
os.environ["GOMP_CPU_AFFINITY"] = "0"
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
report = envdoctor.check(select=["THR008"])
print(many, report.facts.cpu.affinity, [f.code for f in report.findings], report.findings[0].fixes[0].title if report.findings else "")
"""


@pytest.mark.real
@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="needs two CPUs to be confined to one",
)
def test_a_process_that_confines_itself_is_told_and_the_jobs_limit_stays_what_it_was() -> None:
    done = subprocess.run([sys.executable, "-c", PINNED], capture_output=True, text=True, check=True, timeout=60)
    many, affinity, rest = done.stdout.split(" ", 2)
    assert many == affinity
    assert rest.startswith("['THR008'] GOMP_CPU_AFFINITY is not from outside"), rest
