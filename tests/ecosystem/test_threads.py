"""The model of thread counts, with what the libraries' sources and answers say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envdoctor.ecosystem.threads import Ignored, atoi, expected, is_count, is_list, order, with_expected_threads
from envdoctor.facts import Library, Missing
from envdoctor.testing import blas, changed, cpu, openblas


def threads(vendor: str, affinity: int = 8, **given_: Any) -> int | None:
    variables = {name: value for name, value in given_.items() if name.isupper()}
    rest = {name: value for name, value in given_.items() if not name.isupper()}
    return expected(vendor, variables, affinity, **rest).threads


def test_openblas_takes_one_thread_for_each_cpu_of_the_mask() -> None:
    assert threads("openblas", layer="pthreads", maximum=64) == 8


def test_openblas_stops_at_the_builds_maximum_and_at_the_mask() -> None:
    assert threads("openblas", 128, layer="pthreads", maximum=64) == 64
    assert threads("openblas", 2, layer="pthreads", maximum=64, OPENBLAS_NUM_THREADS="16") == 2


def test_openblas_reads_its_own_variable_before_openmps() -> None:
    told = expected("openblas", {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "4"}, 8, layer="pthreads")
    assert (told.threads, told.variable) == (2, "OPENBLAS_NUM_THREADS")
    assert told.reason == "OPENBLAS_NUM_THREADS=2, which outranks OMP_NUM_THREADS"
    assert told.ignored == (Ignored("OMP_NUM_THREADS", "4", "outranked"),)


def test_the_same_number_twice_is_no_conflict() -> None:
    assert expected("openblas", {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}, 8).ignored == ()


@pytest.mark.parametrize("value", ["abc", "", "0", "-3"])
def test_openblas_goes_on_to_the_next_variable_where_one_is_no_number(value: str) -> None:
    told = expected("openblas", {"OPENBLAS_NUM_THREADS": value, "OMP_NUM_THREADS": "3"}, 8)
    assert told.threads == 3
    assert told.ignored == (Ignored("OPENBLAS_NUM_THREADS", value, "invalid"),)


def test_openblas_reads_a_number_with_something_behind_it() -> None:
    told = expected("openblas", {"OPENBLAS_NUM_THREADS": "3x"}, 8)
    assert (told.threads, told.misread) == (3, "OPENBLAS_NUM_THREADS")


def test_the_default_variable_is_unknown_to_older_openblas() -> None:
    new, old = order("openblas", "pthreads", "0.3.31.dev"), order("openblas", "pthreads", "0.3.21")
    assert set(new) - set(old) == {"OPENBLAS_DEFAULT_NUM_THREADS"}


def test_an_openmp_build_of_openblas_reads_openmps_variable_only_and_trusts_it() -> None:
    variables = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "7"}
    told = expected("openblas", variables, 2, layer="openmp", maximum=64)
    assert told.threads == 7
    assert told.ignored == (Ignored("OPENBLAS_NUM_THREADS", "1", "unread"),)


def test_a_build_without_threads_has_one() -> None:
    assert threads("openblas", layer="disabled", OPENBLAS_NUM_THREADS="4") == 1
    assert threads("blis", layer="disabled", BLIS_NUM_THREADS="4") == 1
    assert threads("netlib", OMP_NUM_THREADS="4") == 1


def test_blis_takes_one_thread_unless_told_and_then_all_it_is_told() -> None:
    assert threads("blis", layer="pthreads") == 1
    assert threads("blis", 2, layer="pthreads", BLIS_NUM_THREADS="7") == 7
    assert threads("blis", layer="openmp", OMP_NUM_THREADS="3") == 3
    assert threads("blis", layer="openmp", BLIS_JC_NT="2", BLIS_IC_NT="3") == 6


def test_blis_makes_one_thread_of_garbage_and_looks_no_further() -> None:
    told = expected("blis", {"BLIS_NUM_THREADS": "abc", "OMP_NUM_THREADS": "5"}, 8, layer="pthreads")
    assert (told.threads, told.misread) == (1, "BLIS_NUM_THREADS")


def test_mkl_stops_at_the_cores_unless_its_dynamics_are_off() -> None:
    assert threads("mkl", layer="intel", cores=4, MKL_NUM_THREADS="16") == 4
    assert threads("mkl", layer="intel", cores=4, MKL_NUM_THREADS="16", MKL_DYNAMIC="FALSE") == 16


def test_mkl_prefers_its_domains_number() -> None:
    domains = "MKL_DOMAIN_ALL=2, MKL_DOMAIN_BLAS=3"
    assert threads("mkl", layer="intel", cores=8, MKL_DOMAIN_NUM_THREADS=domains, MKL_NUM_THREADS="1") == 3


@pytest.mark.parametrize(("value", "count"), [("abc", 1), ("2x", 1), ("-2", 1), ("", 8), ("0", 8), ("3", 3)])
def test_mkl_makes_one_thread_of_garbage_and_passes_over_nothing_and_zero(value: str, count: int) -> None:
    assert threads("mkl", layer="intel", cores=8, MKL_NUM_THREADS=value) == count


def test_what_is_not_known_is_not_foretold() -> None:
    assert threads("accelerate") is None
    assert threads("something new") is None
    assert threads("mkl", layer="tbb") is None


@given(st.integers(-(10**6), 10**6), st.sampled_from(["", " ", "\t"]), st.sampled_from(["", "x", ",4", " "]))
def test_atoi_reads_the_number_in_front(number: int, before: str, after: str) -> None:
    assert atoi(f"{before}{number}{after}") == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("4294967297", 1), ("-4294967295", 1), ("2147483648", -(2**31)), ("9" * 20, -1), ("-" + "9" * 20, 0)],
)
def test_atoi_keeps_the_lower_half_of_a_long(text: str, number: int) -> None:
    """What glibc's makes of them; OpenBLAS 0.3.31 took one thread for the first two."""
    assert atoi(text) == number


@pytest.mark.parametrize(
    ("value", "count", "sound"), [("+2", 2, False), ("4294967297", 1, True), ("2147483648", 1, True)]
)
def test_gnus_run_time_reads_odd_numbers_as_c_does(value: str, count: int, sound: bool) -> None:
    told = expected("openblas", {"OMP_NUM_THREADS": value}, 8, layer="openmp", maximum=128)
    assert (told.threads, told.misread is None) == (count, sound)


@given(st.text())
def test_no_value_upsets_the_model(value: str) -> None:
    for vendor in ("openblas", "mkl", "blis"):
        for name in order(vendor):
            told = expected(vendor, {name: value}, 8, cores=8).threads
            assert told is not None
            assert told >= 1


def test_a_list_is_openmps() -> None:
    assert is_list("4,1")
    assert not is_count("4,1")
    assert not is_list("4,")


REFERENCE = openblas(vendor="netlib", threads=Missing("it does not tell"), threading_layer=None)
BLIS = openblas(vendor="blis", threads=Missing("it does not tell"), threading_layer="pthreads")


@pytest.mark.parametrize(
    ("library", "variables", "threads"),
    [
        (REFERENCE, {}, 1),
        (BLIS, {}, 1),
        (BLIS, {"BLIS_NUM_THREADS": "3"}, 3),
        (changed(BLIS, threads=2), {"BLIS_NUM_THREADS": "3"}, 2),  # its own answer comes first
        (changed(REFERENCE, vendor="atlas", threading_layer="disabled"), {}, 1),
    ],
)
def test_a_silent_library_counts_with_what_is_expected_of_it(
    library: Library, variables: dict[str, str], threads: int
) -> None:
    (counted,) = with_expected_threads(blas(library), cpu(4), variables).libraries
    assert counted.threads == threads


@pytest.mark.parametrize(
    "library",
    [
        changed(BLIS, threading_layer=Missing("not known")),
        changed(REFERENCE, loaded=False),
        openblas(threads=Missing("signal 11")),
        openblas(vendor="mkl", threads=Missing("it does not tell"), threading_layer="intel"),
    ],
)
def test_one_that_could_not_be_asked_stays_unknown(library: Library) -> None:
    assert with_expected_threads(blas(library), cpu(4), {"OMP_NUM_THREADS": "3"}).libraries == [library]
