"""Requirements and markers are judged as packaging judges them, wherever they are judged without it."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.markers import InvalidMarker, Marker, UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from envdoctor.ecosystem.markers import OPERATORS, plain_marker, plainly_within
from envdoctor.ecosystem.requirements import RequirementChecker, name_in
from envdoctor.testing import distribution, interpreter

MARKERS = interpreter().markers
PATIENTS = [
    MARKERS,
    {**MARKERS, "python_version": "3.6", "python_full_version": "3.6.15", "sys_platform": "win32", "os_name": "nt"},
    {**MARKERS, "python_version": "3.15", "python_full_version": "3.15.0rc1", "platform_machine": "arm64"},
    {**MARKERS, "implementation_name": "pypy", "platform_python_implementation": "PyPy", "platform_system": "Darwin"},
]

numbers = st.lists(st.integers(0, 12), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
versions = st.one_of(
    numbers,
    st.builds(
        "{}{}".format,
        numbers,
        st.sampled_from(["rc1", ".post1", ".dev3", "+cpu", "a2", "!1", " ", ".*", ".0", "", "v"]),
    ),
)
signs = st.sampled_from([*OPERATORS, "===", "=", "<>", "=>"])
specifiers = st.lists(
    st.builds("{}{}{}".format, signs, st.sampled_from(["", " "]), versions), min_size=1, max_size=3
).map(",".join)
words = st.sampled_from(
    ["linux", "win32", "x86_64", "arm64", "CPython", "pypy", "Linux", "nt", "posix", "x", "a-b", "A_b", "", "3.8", "1"]
)
variables = st.sampled_from([*MARKERS, "extra", "os.name", "python_implementation", "nonsense"])


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    name = draw(variables)
    literal = draw(versions if "version" in name else words)
    quote = draw(st.sampled_from(["'", '"']))
    sides = [name, f"{quote}{literal}{quote}"]
    if draw(st.integers(0, 4)) == 0:
        sides.reverse()
    sign = draw(st.sampled_from(["==", "!=", "<", ">=", "<=", ">", "~=", "in", "not in", "===", "=="]))
    gap = draw(st.sampled_from([" ", " ", ""]))
    return f"{sides[0]}{gap}{sign}{gap}{sides[1]}"


markers = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
        st.builds("({})".format, inner),
        st.builds("({}) and {}".format, inner, inner),
    ),
    max_leaves=5,
)


def by_packaging(marker: str, values: dict[str, str]) -> bool | str:
    try:
        return bool(Marker(marker).evaluate(dict(values)))
    except (InvalidMarker, UndefinedComparison, ValueError) as error:
        return type(error).__name__


@settings(max_examples=600, deadline=None)
@given(markers, st.sampled_from(PATIENTS), st.sampled_from(["", "x", "a-b", "a_B"]))
def test_a_plain_marker_is_what_packaging_says(marker: str, values: dict[str, str], extra: str) -> None:
    values = {**values, "extra": extra}
    answer = plain_marker(marker, values)
    assert answer is None or answer == by_packaging(marker, values)


@settings(max_examples=600, deadline=None)
@given(versions, specifiers, st.booleans())
def test_a_plain_specifier_is_what_packaging_says(version: str, specifier: str, in_parentheses: bool) -> None:
    answer = plainly_within(version, f"({specifier})" if in_parentheses else specifier)
    if answer is not None:
        assert answer == SpecifierSet(specifier).contains(version, prereleases=True)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(
        ["numpy", "NumPy", "num.py", "numpy[x]", "numpy[x,y]", "numpy [ x ]", "numpy[]", "absent", "-numpy", "nümpy"]
    ),
    st.one_of(st.just(""), specifiers, specifiers.map("({})".format)),
    st.one_of(st.just(""), markers),
    numbers,
)
def test_a_requirement_is_met_as_packaging_says(name: str, specifier: str, marker: str, version: str) -> None:
    line = f"{name}{specifier}{';' if marker else ''}{marker}"
    problem = RequirementChecker([distribution("numpy", version)], MARKERS).problem(line)
    try:
        parsed = Requirement(line)
        concerns = not parsed.marker or parsed.marker.evaluate({**MARKERS, "extra": ""})
    except (InvalidRequirement, InvalidSpecifier, UndefinedComparison, ValueError):
        if problem is None:  # a line that can't be read and does not concern the patient hurts nobody
            assert plain_marker(marker, {**MARKERS, "extra": ""}) is False
        else:
            assert problem.reason
        return
    met = parsed.name.lower() == "numpy" and parsed.specifier.contains(version, prereleases=True)
    assert (problem is None) == (not concerns or met)


@pytest.mark.parametrize(
    "marker",
    [
        'extra == "test"',
        'python_version < "3.11"',
        "python_full_version >= '3.9.7' and sys_platform != 'win32'",
        '(platform_machine == "x86_64" or (platform_machine == "arm64" or os_name == "AMD64")) and os_name=="posix"',
        'platform_python_implementation != "PyPy" and extra == "a_b"',
        "sys_platform in 'linux darwin'",
    ],
)
def test_common_markers_are_answered_without_packaging(marker: str) -> None:
    for values, extra in itertools.product(PATIENTS[:2], ("", "test", "a-b")):
        answer = plain_marker(marker, {**values, "extra": extra})
        assert answer is not None
        assert answer == by_packaging(marker, {**values, "extra": extra})


def test_extras_that_require_each_other_come_to_an_end() -> None:
    ring = [
        distribution("a", requires=["b[x]; extra == 'x'", "a[y]; extra == 'all'", "gone; extra == 'y'"]),
        distribution("b", requires=["a[x]; extra == 'x'"]),
    ]
    resolver = RequirementChecker(ring, MARKERS)
    assert resolver.problem("a[x]") is None
    problem = resolver.problem("a[all]")
    assert problem is not None
    assert (problem.name, problem.found, problem.through) == ("gone", None, "a[y]")


def test_a_chain_of_extras_is_followed_to_its_end() -> None:
    names = [f"p{number}" for number in range(8)]
    chain = [distribution(name, requires=[f"{after}[x]; extra == 'x'"]) for name, after in itertools.pairwise(names)]
    resolver = RequirementChecker([*chain, distribution("p7", requires=["gone>=2; extra == 'x'"])], MARKERS)
    problem = resolver.problem("p0[x]")
    assert problem is not None
    assert (problem.name, problem.wanted, problem.through) == ("gone", ">=2", "p7[x]")


@pytest.mark.parametrize(
    "requirement, name",
    [
        ("numpy", "numpy"),
        ("numpy>=1.2,<3", "numpy"),
        ("Zope.Interface [test] ; python_version < '3'", "Zope.Interface"),
        ("a_b-c.d@ https://example.org/a.whl", "a_b-c.d"),
        ("naïve²==1", "naïve²"),
        (" numpy", ""),
        (">=1", ""),
        ("", ""),
    ],
)
def test_a_requirement_begins_with_its_name(requirement: str, name: str) -> None:
    assert name_in(requirement) == name


def test_extras_that_fan_out_are_each_judged_once() -> None:
    """Two extras ask for two extras each of the next distribution: 2**40 ways to the end, 80 pairs."""
    words = [f'[{one}]; extra == "{two}"' for one in "xy" for two in "xy"]
    chain = [distribution(f"d{n}", requires=[f"d{n + 1}{word}" for word in words]) for n in range(40)]
    resolver = RequirementChecker([*chain, distribution("d40", requires=['gone; extra == "y"'])], MARKERS)
    problem = resolver.problem("d0[x]")
    assert problem is not None
    assert (problem.name, problem.through) == ("gone", "d40[y]")


def test_a_long_chain_of_extras_is_followed_to_its_end() -> None:
    chain = [distribution(f"d{n}", requires=[f'd{n + 1}[x]; extra == "x"']) for n in range(3000)]
    resolver = RequirementChecker([*chain, distribution("d3000", requires=['gone; extra == "x"'])], MARKERS)
    problem = resolver.problem("d0[x]")
    assert problem is not None
    assert problem.through == "d3000[x]"
