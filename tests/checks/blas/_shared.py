"""What the tests of blas share."""

from envdoctor.facts import OpenMP
from envdoctor.testing import blas, openblas

MKL = openblas(vendor="mkl", path="/opt/lib/libmkl_rt.so.3", threading_layer="intel")


def runtime(name: str, path: str, *users: str) -> OpenMP:
    return OpenMP(runtime=name, threads=4, path=path, used_by=list(users), loaded=True)


TWO_INTELS = blas(
    openblas(), openmp=[runtime("libiomp5", "/a/libiomp5.so", "torch"), runtime("libomp", "/b/libomp.so", "sklearn")]
)
