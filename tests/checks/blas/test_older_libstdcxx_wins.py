"""BLA011 older-libstdc++-wins: loud and quiet."""

from envdoctor.facts import LoadError
from envdoctor.testing import blas, findings, openblas
from envdoctor_checks.blas.blas_does_not_load import does_not_load
from envdoctor_checks.blas.older_libstdcxx_wins import older_libstdcxx_wins

TOO_OLD = LoadError(
    package="scipy",
    extension="/site/scipy/linalg/_fblas.so",
    message="/usr/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /site/scipy/linalg/_fblas.so)",
)


def test_an_older_libstdcxx_is_named_and_not_taken_for_a_broken_wheel() -> None:
    broken = blas(errors=[TOO_OLD], examined=["numpy"])
    (finding,) = findings(older_libstdcxx_wins, blas=broken)
    assert finding.subject == "/usr/lib/libstdc++.so.6"
    assert "GLIBCXX_3.4.32" in finding.title
    assert findings(does_not_load, blas=broken) == []


def test_another_refusal_is_no_matter_of_libstdcxx() -> None:
    missing = LoadError(
        package="numpy",
        extension="/site/numpy/_core/_multiarray_umath.so",
        message="libscipy_openblas64_-1.so: cannot open shared object file: No such file or directory",
    )
    broken = blas(errors=[missing, missing], examined=[])
    assert findings(older_libstdcxx_wins, blas=blas(openblas(), errors=[missing])) == []
    (finding,) = findings(does_not_load, blas=broken)
    assert finding.subject == "libscipy_openblas64_-1.so"
