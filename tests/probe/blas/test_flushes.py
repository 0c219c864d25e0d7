"""Libraries that set flush-to-zero are named by computing after each load; those made otherwise are silent. Under a second each."""

import os
import platform
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from envdoctor.facts import Flush, Missing
from envdoctor.probe.binaries.start_code import sets_flush_to_zero
from envdoctor.probe.blas import flushes
from envdoctor.probe.imports import trial
from envdoctor.probe.world import World
from envdoctor.testing import blas, openblas
from tests.support.compiler import compiler, shared_library
from tests.support.patients import clean_environ

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(sys.platform != "linux" or platform.machine() != "x86_64", reason="MXCSR, ELF"),
]
# glibc's fenv_t on x86-64 ends in MXCSR (sysdeps/x86/bits/fenv.h).
SET = "int fegetenv(int *), fesetenv(int *); void set(void) { int e[16]; fegetenv(e); e[7] |= 0x8040; fesetenv(e); }"
CONSTRUCTOR = SET + "__attribute__((constructor)) static void first(void) { set(); }"


def made(path: Path, code: str, *arguments: str) -> Path:
    if os.path.basename(compiler()[0]) == "tcc":
        pytest.skip("needs a compiler that knows constructors")
    return shared_library(path, *arguments, code=code)


def here(**environ: str) -> World:
    return World(home="/home/ada", cwd="/", environ=clean_environ(**environ))


def read(site: Path, imported: list[str] | None = None, **environ: str) -> Any:
    interview: Any = SimpleNamespace(mode="normal", executable=sys._base_executable)  # type: ignore[attr-defined]
    world = here(**environ)
    return flushes.read(interview, world, blas(openblas(), flushes=[]), [str(site)], imported or [])


def test_what_is_linked_with_ffast_math_is_named_and_its_twin_is_not(tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    fast = made(site / "fit" / "fast.so", "int fast;", "-ffast-math")
    made(site / "fit" / "plain.so", "__attribute__((constructor)) static void first(void) {} int plain;")
    if sets_flush_to_zero(here(), str(fast)) is not True:
        pytest.skip("this compiler adds no start-up code (GCC 13 and newer)")
    assert read(site) == [Flush(how="load", what=str(fast), library=str(fast))]
    fast.unlink()
    assert read(site) == []


def test_the_code_of_gccs_constructor_is_known_also_where_relocations_name_it(tmp_path: Path) -> None:
    """Two sets of instructions, by hand: the first is GCC's crtfastmath.o, the second leaves the bits alone."""
    asm = 'asm("stmxcsr -4(%rsp)\\n orl $VALUE, -4(%rsp)\\n ldmxcsr -4(%rsp)\\n");'
    code = "__attribute__((constructor)) static void first(void) { " + asm + " }"
    fast = made(tmp_path / "fast.so", code.replace("VALUE", "0x8040"), "-O2")
    masks = made(tmp_path / "masks.so", code.replace("VALUE", "0x1f80"), "-O2")
    assert sets_flush_to_zero(here(), str(fast)) is True
    assert sets_flush_to_zero(here(), str(masks)) is False
    assert sets_flush_to_zero(here(), __file__) is False
    assert isinstance(sets_flush_to_zero(here(), str(tmp_path / "gone.so")), Missing)


def test_an_import_that_sets_it_later_is_told_by_the_trial(tmp_path: Path) -> None:
    library = made(tmp_path / "late.so", SET)
    (tmp_path / "fit.py").write_text(f"import ctypes; ctypes.CDLL({str(library)!r}).set()\n")
    (tmp_path / "calm.py").write_text("")
    for module, found in (("fit", ["fit"]), ("calm", [])):
        flushing: list[str] = []
        argv = [sys._base_executable, "-B"]  # type: ignore[attr-defined]
        assert trial.attempt([module], argv, clean_environ(PYTHONPATH=str(tmp_path)), 1e12, flushing) == ""
        assert flushing == found
    assert read(tmp_path, ["fit"]) == [Flush(how="import", what="fit")]
    assert read(tmp_path, ["start"]) == [Flush(how="start", what="")]
