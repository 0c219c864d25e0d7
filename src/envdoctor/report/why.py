"""From an error text to what explains it: the text is looked at, never run."""

import re
from collections.abc import Iterator

from msgspec import Struct

from envdoctor.data import table
from envdoctor.ecosystem.names import normalise
from envdoctor.engine.checks import Status
from envdoctor.engine.rules import Severity
from envdoctor.facts import Facts, Packages
from envdoctor.report.advice import Advice
from envdoctor.report.report import Report

MOST_TEXT = 1_000_000  # characters
LONGEST_LINE = 4_000
MISSING = re.compile(r"No module named ['\"]?(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
SITE = re.compile(r"[/\\](?:lib[/\\]python3\.\d{1,2}|Lib)[/\\]$")
# Modules that are known to be on PyPI by these names. A command to install is given for no other: the name in an error
# may be anybody's module, and whoever owns that name on PyPI may be somebody else.
DISTRIBUTIONS = {
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "PIL": "pillow",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil",
    **{name: name for name in (
        "numpy", "scipy", "pandas", "matplotlib", "torch", "tensorflow", "jax", "jaxlib", "sympy", "numba", "h5py",
        "xarray", "dask",
        "distributed", "seaborn", "statsmodels", "polars", "pyarrow", "networkx", "joblib", "threadpoolctl",
        "tqdm", "requests",
        "ipykernel", "jupyterlab", "notebook", "ipywidgets", "pytest", "packaging", "setuptools", "pip", "tables",
        "netCDF4", "zarr",
        "astropy", "plotly", "bokeh", "cython", "pybind11", "openpyxl", "lxml", "pooch", "contourpy", "kiwisolver",
        "cycler",
    )},
}  # fmt: skip


class Symptom(Struct, frozen=True):
    """A kind of error text: which rules can explain it, and what it ``means`` where none of them fires."""

    pattern: str
    codes: tuple[str, ...]
    means: str
    source: str
    about: str = ""


class Match(Struct, frozen=True):
    """A symptom, the line it was found in, and the module in it that a finding has to mention (may be empty)."""

    symptom: Symptom
    line: str
    name: str = ""


class Explanation(Struct, frozen=True):
    """What the text comes to here: ``causes`` explain it, ``perhaps`` may have to do with it; ``notes`` in words.

    ``absent`` is a module that the patient does not have; ``silent`` are codes that could have
    explained it and found nothing, ``unknown`` those without a verdict.
    """

    matches: tuple[Match, ...]
    causes: tuple[Advice, ...]
    perhaps: tuple[Advice, ...]
    notes: tuple[str, ...]
    absent: str
    silent: tuple[str, ...]
    unknown: tuple[str, ...]


def symptoms() -> tuple[Symptom, ...]:
    return table("symptoms", "symptom", Symptom)


def recognise(text: str) -> list[Match]:
    """The symptoms in ``text``, in the table's order: what is particular comes before what is general."""
    lines = [line[:LONGEST_LINE] for line in text[:MOST_TEXT].splitlines()]
    found = []
    for symptom in symptoms():
        pattern = re.compile(symptom.pattern, re.IGNORECASE)
        # The last line that shows it: a traceback ends with the error itself.
        line = next((line for line in reversed(lines) if pattern.search(line)), None)
        if line is not None:
            missing = MISSING.search(line)
            found.append(Match(symptom, line.strip(), missing["name"] if missing else symptom.about))
    return found


def explain(text: str, report: Report) -> Explanation:
    """What of ``report`` explains ``text``."""
    matches = recognise(text)
    codes = list(dict.fromkeys(code for match in matches for code in match.symptom.codes))
    name = next((match.name for match in matches if match.name), "")
    causes: list[Advice] = []
    perhaps: list[Advice] = []
    for code in codes:
        for item in report.open:
            if item.finding.rule.code == code and _concerns(item, name, text):
                (perhaps if item.finding.severity is Severity.INFO else causes).append(item)
    found = {item.finding.rule.code for item in (*causes, *perhaps)}
    unsure = {code for outcome in report.outcomes if outcome.status is Status.UNKNOWN for code in outcome.check.codes}
    module = next((missing["name"] for match in matches if (missing := MISSING.search(match.line))), "")
    absent = _absent(report.facts, module)
    return Explanation(
        matches=tuple(matches),
        causes=tuple(causes),
        perhaps=tuple(perhaps),
        notes=tuple(_notes(text, report.facts, module, absent)),
        absent=absent,
        silent=tuple(code for code in codes if code not in found and code not in unsure),
        unknown=tuple(code for code in codes if code in unsure),
    )


def _concerns(item: Advice, name: str, text: str) -> bool:
    """True where the finding is about what the error is about: on a distribution, the same one."""
    finding = item.finding
    if not finding.rule.code.startswith("PKG"):
        return True
    said = normalise(" ".join([finding.subject, finding.title, *(seen.value for seen in finding.evidence)]))
    if name:
        names = {normalise(DISTRIBUTIONS.get(name, name)), normalise(name)}
        return any(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", said) for word in names)
    words = set(re.findall(r"[a-z0-9][a-z0-9-]+", normalise(finding.subject)))
    return any(word in normalise(text) for word in words if len(word) > 3 and word != "needs")


def _absent(facts: Facts, name: str) -> str:
    """The module that can't be imported, where its distribution is not installed here; empty otherwise."""
    if not name or not isinstance(facts.packages, Packages):
        return ""
    distribution = DISTRIBUTIONS.get(name, name)
    keys = {normalise(distribution), normalise(name)}
    return "" if any(item.key in keys for item in facts.packages.distributions) else name


def _notes(text: str, facts: Facts, name: str, absent: str) -> Iterator[str]:
    prefix = facts.patient.prefix or ""
    python = facts.patient.executable or prefix
    if absent:
        yield f"{name} is not installed for {python}."
    elif name and isinstance(facts.packages, Packages):
        yield f"{name} is installed for {python}: the error comes from another Python, or from what is named below."
    other = other_prefix(text, prefix)
    if other:
        yield f"The text speaks of another environment; to examine that one, add --python {other}"


def other_prefix(text: str, prefix: str) -> str:
    """The environment that a traceback's paths lie in, where it is not ``prefix``; empty otherwise."""
    prefixes: list[str] = []
    for line in text[:MOST_TEXT].splitlines():
        before, found, _ = line[:LONGEST_LINE].partition("site-packages")
        if found and (site := SITE.search(before[-24:])):  # only the end: the rest may be long, and anything
            path = before[: len(before) - len(site[0])]
            prefixes.append(path.rpartition('"')[2].rpartition("'")[2].strip())
    if not prefixes or any(found.rstrip("/\\") == prefix.rstrip("/\\") for found in prefixes):
        return ""
    return prefixes[-1]
