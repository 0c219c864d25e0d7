"""What a spec in ``depends`` asks for, and whether a package meets it."""

import pytest

from envdoctor.ecosystem.conda_specs import Spec, names, order, spec_of, within


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("numpy", Spec("numpy")),
        ("NumPy >=1.22.4,<2.0a0", Spec("numpy", ">=1.22.4,<2.0a0")),
        ("numpy >= 1.22 , < 2 py311_0", Spec("numpy", ">=1.22,<2", "py311_0")),
        ("libblas 3.9.0 8_h59b9bed_openblas", Spec("libblas", "3.9.0", "8_h59b9bed_openblas")),
        ("python_abi 3.11.* *_cp311", Spec("python_abi", "3.11.*", "*_cp311")),
        ("numpy=1.26", Spec("numpy", "1.26*")),
        ("numpy==1.26", Spec("numpy", "1.26")),
        ("numpy=1.26=py311_0", Spec("numpy", "1.26", "py311_0")),
        ("conda-forge::numpy[version='>=1.2',build=py*]", Spec("numpy", ">=1.2", "py*")),
        ("numpy * openblas_0", Spec("numpy", "*", "openblas_0")),
        ("numpy >1.2 # a word", Spec("numpy", ">1.2")),
    ],
)
def test_a_spec_is_a_name_a_version_and_a_build(text: str, spec: Spec) -> None:
    assert spec_of(text) == spec


@pytest.mark.parametrize(
    "text", ["", ">=1", "numpy >=>1", "numpy[version", "numpy 1 @ x", "mkl@", "numpy; if python <3"]
)
def test_what_can_t_be_read_is_unknown(text: str) -> None:
    assert spec_of(text) is None


def test_builds_are_compared_as_globs_and_versions_by_conda_s_order() -> None:
    spec = spec_of("python_abi 3.11.* *_cp311")
    assert spec is not None
    assert spec.met_by("3.11", "4_cp311") and not spec.met_by("3.11", "4_cp312") and not spec.met_by("3.12", "4_cp311")
    assert spec.met_by("three!!", "4_cp311") is None
    assert within("1.1.1a", ">1.1.1_") and within("1.1.0", "1.1") and within("1.0.post1", ">1.0")
    assert not within("1.20", "1.2.*") and within("1.2rc1", "<1.2") and within("2!1", ">2023")
    assert within("3", "1.*|>=2.5") and order("1..2") is None and within("1", "what?") is None


def test_virtual_packages_stand_for_the_machine() -> None:
    assert list(names(["__glibc >=2.17", "libgcc >=13", "mkl@", "python"])) == ["libgcc", "python"]
