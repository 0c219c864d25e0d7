"""PKG009 built-for-another-python: loud and quiet."""

import pytest

from envdoctor.testing import distribution, findings, interpreter, outcome, packages
from envdoctor_checks.packages.built_for_another_python import built_for_another_python
from tests.checks.packages._shared import SYSTEM, extension, one


@pytest.mark.parametrize(
    "suffix", [".cpython-39-x86_64-linux-gnu.so", ".cpython-312-x86_64-linux-musl.so", ".pypy310.so"]
)
def test_a_tag_that_this_python_does_not_load_is_an_error(suffix: str) -> None:
    here = packages(distribution("lib"), extensions=[extension("lib", suffix=suffix)])
    finding = one(built_for_another_python, packages=here)
    assert (finding.subject, finding.severity) == ("lib", "error")
    assert suffix in finding.title


def test_the_systems_extensions_may_serve_another_python() -> None:
    """Debian's PyPy has CPython's dist-packages on its path."""
    shared = distribution("yaml", owner="system", location=SYSTEM)
    here = packages(shared, extensions=[extension("yaml", suffix=".cpython-39.so", distribution=shared.path)])
    assert findings(built_for_another_python, packages=here) == []


@pytest.mark.parametrize("sibling", [".py", ".abi3.so", ".cpython-312-x86_64-linux-gnu.so"])
def test_a_tag_of_another_python_beside_something_that_fits_is_quiet(sibling: str) -> None:
    other = extension("lib", suffix=".cpython-39-x86_64-linux-gnu.so", siblings=[sibling])
    assert findings(built_for_another_python, packages=packages(distribution("lib"), extensions=[other])) == []


@pytest.mark.parametrize(
    "own, other, found",
    [
        ("ELF x86_64 64-bit", "ELF aarch64 64-bit", 1),
        ("ELF x86_64 64-bit", "ELF x86_64 64-bit", 0),
        ("Mach-O arm64", "Mach-O arm64+x86_64", 0),
        ("Mach-O arm64", "Mach-O x86_64", 1),
        (None, "ELF aarch64 64-bit", 0),
        ("ELF x86_64 64-bit", None, 0),
    ],
)
def test_the_machine_code_has_to_be_the_interpreters(own: str | None, other: str | None, found: int) -> None:
    here = packages(distribution("lib"), extensions=[extension("lib", binary=other)], binary=own)
    assert len(findings(built_for_another_python, packages=here)) == found


def test_a_python_that_does_not_tell_its_suffixes_leaves_it_unknown() -> None:
    silent = interpreter(extension_suffixes=[])
    assert outcome(built_for_another_python, interpreter=silent).status == "unknown"


@pytest.mark.parametrize(
    ("binary", "platforms", "told"),
    [
        ("ELF x86_64 64-bit", ["win_amd64"], True),
        ("ELF x86_64 64-bit", ["macosx_11_0_arm64"], True),
        ("ELF x86_64 64-bit", ["musllinux_1_2_x86_64"], True),
        ("ELF x86_64 64-bit", ["manylinux2014_aarch64"], True),
        ("ELF x86_64 64-bit", ["manylinux2014_aarch64", "manylinux1_x86_64"], False),
        ("ELF x86_64 64-bit", ["linux_x86_64"], False),
        ("ELF x86_64 64-bit", [], False),
        ("ELF x86_64 64-bit", ["haiku_1_x86_64"], False),
        ("PE x86_64", ["win_amd64"], False),
        ("PE x86_64", ["manylinux_2_28_x86_64"], True),
        ("Mach-O arm64", ["macosx_11_0_arm64"], False),
        (None, ["win_amd64"], False),
    ],
)
def test_a_wheel_for_another_system_is_told_by_its_tags(binary: str | None, platforms: list[str], told: bool) -> None:
    installed = packages(distribution("fit", platforms=platforms), binary=binary)
    found = findings(built_for_another_python, packages=installed)
    assert [(item.rule.code, item.subject) for item in found] == [("PKG009", "fit")] * told


def test_a_wheel_for_musl_is_at_home_there() -> None:
    fit = distribution("fit", platforms=["musllinux_1_2_x86_64"])
    installed = packages(fit, distribution("other", platforms=["manylinux2014_x86_64"]), binary="ELF x86_64 64-bit")
    musl = interpreter(extension_suffixes=[".cpython-312-x86_64-linux-musl.so", ".abi3.so", ".so"])
    (finding,) = findings(built_for_another_python, packages=installed, interpreter=musl)
    assert finding.subject == "other"
