"""THR006 build-limit: loud and quiet."""

from envdoctor.testing import blas, cpu, findings, openblas
from envdoctor_checks.threads.build_limit import build_limit


def test_a_build_for_fewer_threads_than_cpus_is_told() -> None:
    big = blas(openblas(threads=64, maximum=64))
    assert len(findings(build_limit, blas=big, cpu=cpu(96))) == 1
    assert findings(build_limit, blas=big, cpu=cpu(64)) == []
