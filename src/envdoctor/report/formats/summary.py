"""What one pastes into an issue: who was examined, what counts for numbers, and the verdict, in about 25 lines."""

from collections.abc import Iterator, Mapping

from envdoctor import __version__
from envdoctor.ecosystem.units import plural
from envdoctor.engine.rules import Severity
from envdoctor.facts import Facts, Missing, present
from envdoctor.facts.document import dump, record
from envdoctor.facts.recording import MARK, packed
from envdoctor.privacy.redact import Redactor, shareable
from envdoctor.privacy.text import clean, to_ascii
from envdoctor.report.formats import facts as tree
from envdoctor.report.header import rows, stack, title
from envdoctor.report.report import Report
from envdoctor.report.verdict import verdict
from envdoctor.report.view import Style

FEATURES = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "asimd", "sve", "sve2")
SETTINGS = (
    *("OMP_", "OPENBLAS_", "MKL_", "BLIS_", "KMP_", "GOMP_", "NUMEXPR_", "NUMBA_", "NPY_", "VECLIB_", "PYTHON", "LD_"),
    *("DYLD_", "CUDA_", "NVIDIA_", "SLURM_", "CONDA_", "VIRTUAL_ENV", "UV_", "PIP_", "XLA_", "TF_"),
)
MOST_VARIABLES = 8
MOST_FINDINGS = 6
LABEL = 10
# What a pasted block carries for who reads it back; the rest would make it too long to be looked through.
CARRIED = ("recorded", "start", "prefix", "system", "environment", "cpu", "blas")
LEFT_OUT = "the text that was pasted does not hold it; `envdoctor snapshot` records it"


def lines(report: Report, redactor: Redactor) -> list[str]:
    """The lines, redacted."""
    facts = report.facts
    pairs = [*rows(facts), *_more(facts)]
    told = [title(__version__, facts), f"{'Read'.ljust(LABEL)}{facts.recorded}"]
    told += [f"{label.ljust(LABEL)}{value}" for label, value in pairs]
    said = verdict(report)
    told.append(f"{'Verdict'.ljust(LABEL)}{f'{said.words} {said.command}'.strip()}")
    harmful = [item.finding for item in report.open if item.finding.severity is not Severity.INFO]
    for finding in harmful[:MOST_FINDINGS]:
        told.append(f"{''.ljust(LABEL)}{finding.rule.code} {finding.severity.value}: {finding.title}")
    if len(harmful) > MOST_FINDINGS:
        told.append(f"{''.ljust(LABEL)}and {len(harmful) - MOST_FINDINGS} more")
    return [clean(redactor.text(line)) for line in told]


def _more(facts: Facts) -> Iterator[tuple[str, str]]:
    if not isinstance(facts.system, Missing):
        system = facts.system
        name = " ".join(filter(None, (system.distribution, system.distribution_version)))
        yield "System", " · ".join(filter(None, (name, f"{system.platform} {system.release}".strip())))
    if not isinstance(facts.cpu, Missing):
        has = set(facts.cpu.features) if not isinstance(facts.cpu.features, Missing) else set()
        parts = [facts.cpu.model or "", " ".join(feature for feature in FEATURES if feature in has)]
        if told := " · ".join(filter(None, parts)):
            yield "CPU", told
    yield from _packages(facts)
    conda = present(facts.conda)
    if conda is not None:
        parts = [conda.flavour or "conda", conda.version if isinstance(conda.version, str) else ""]
        channels = conda.channels if isinstance(conda.channels, list) else []
        yield "conda", " · ".join(filter(None, (" ".join(filter(None, parts)), ", ".join(map(str, channels)))))
    if not isinstance(facts.environment, Missing):
        kept = [pair for pair in facts.environment.variables.items() if pair[0].startswith(SETTINGS)]
        for number, (name, value) in enumerate(kept[:MOST_VARIABLES]):
            yield "" if number else "Variables", f"{name}={value}"
        if len(kept) > MOST_VARIABLES:
            yield "", f"and {len(kept) - MOST_VARIABLES} more"


def _packages(facts: Facts) -> Iterator[tuple[str, str]]:
    if isinstance(facts.packages, Missing):
        yield "Packages", f"? ({facts.packages.reason})"
        return
    versions = stack(facts)
    told = [f"{name} {version}" for name, version in versions]
    found = {item.key for item in facts.packages.distributions}
    others = len(found) - len(told)
    for number in range(0, len(told), 6):
        yield "" if number else "Packages", ", ".join(told[number : number + 6])
    yield "" if told else "Packages", f"and {others} more" if told else plural(others, "package")


def render(report: Report, redactor: Redactor, style: Style) -> str:
    """Plain text."""
    text = "\n".join(line.rstrip() for line in lines(report, redactor)) + "\n"
    return to_ascii(text) if style.ascii else text


def markdown(report: Report, redactor: Redactor) -> str:
    """For an issue: the lines, and all facts folded below them."""
    whole = redactor.text(tree.render(report.facts, Style()))
    return (
        fenced(render(report, redactor, Style()))
        + "\n<details>\n<summary>All facts</summary>\n\n"
        + fenced(whole)
        + "\n</details>\n"
    )


def pasted(report: Report, redactor: Redactor, explained: str = "") -> str:
    """A block for an issue that shows what it holds, and can be read back (`envdoctor.facts.recording.load`)."""
    words = render(report, redactor, Style())
    if explained:
        words += f"\n{redactor.text(explained).strip()}\n"
    return fenced(f"{words}\n{MARK}{dump(redactor.document(_carried(report.facts)))}\n")


def folded(report: Report, redactor: Redactor) -> str:
    """The whole recording, redacted and packed, for who wants to look closer."""
    document = redactor.document(shareable(record(report.facts, __version__)))
    return f"\n<details>\n<summary>The recording, packed</summary>\n\n{fenced(packed(document))}\n</details>\n"


def _carried(facts: Facts) -> Mapping[str, object]:
    """A recording of what the block can carry; the other sections say that they are not in it."""
    document = record(facts, __version__)
    sections = {
        name: section if name in CARRIED or section is None else {"missing": LEFT_OUT}
        for name, section in document["facts"].items()
        if name in CARRIED or _may_miss(name)
    }
    cpu = sections.get("cpu")
    if isinstance(cpu, dict) and "features" in cpu:
        sections["cpu"] = {**cpu, "features": {"missing": LEFT_OUT}}
    whole: Mapping[str, object] = shareable({**document, "facts": sections})  # type: ignore[assignment]
    return whole


def _may_miss(name: str) -> bool:
    """Whether a section can be unknown as a whole; one that can't has its own default."""
    return "Missing" in str(Facts.__annotations__[name])


def fenced(text: str) -> str:
    """A block of Markdown; the fence is longer than any run of backticks inside."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text.rstrip()}\n{fence}\n"
