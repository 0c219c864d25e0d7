"""What differs between two environments: Python, packages, libraries, threads, and the machine they meet.

Where an environment lies is no difference of what it is: paths below the prefixes are not compared.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import called
from envdoctor.ecosystem.threads import counted
from envdoctor.ecosystem.units import plural
from envdoctor.facts import Facts, Interpreter, Missing, Packages, known
from envdoctor.facts.document import dump
from envdoctor.privacy.text import clean, to_ascii
from envdoctor.report import header
from envdoctor.report.report import Report
from envdoctor.report.view import Style

UNKNOWN = "?"
Values = Iterator[tuple[str, object]]


class Change(msgspec.Struct, frozen=True):
    """One difference: ``what`` in ``section``, as it is on either side (``None``: not there; ``?``: not known).

    ``kind``: added, removed, changed.
    """

    section: str
    what: str
    before: str | None
    after: str | None
    kind: str = "changed"


def compare(before: Facts, after: Facts) -> list[Change]:
    """Every difference of the environments, section by section in the order of `SECTIONS`."""
    changes: list[Change] = []
    for section, values in SECTIONS.items():
        changes += _maps(section, told(values(before)), told(values(after)))
    return changes


def told(pairs: Values) -> dict[str, str]:
    """As text; what is absent is left out, of several with one name the first counts."""
    told: dict[str, str] = {}
    for name, value in pairs:
        if value is not None and value not in ("", []):
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            told.setdefault(name, UNKNOWN if isinstance(value, Missing) else text)
    return told


def _python(facts: Facts) -> Values:
    patient, prefix, interpreter = facts.patient, facts.prefix, facts.interpreter
    yield "version", patient.version
    yield "implementation", patient.implementation
    yield "made by", [called(link) for link in patient.origin]
    if isinstance(prefix.configuration, dict):
        yield "system packages visible", prefix.configuration.get("include-system-site-packages")
    if facts.start.mode != "normal":
        yield "starts", facts.start.mode
    if not isinstance(interpreter, Interpreter):
        yield "(all)", interpreter
        return
    yield "machine", interpreter.machine
    yield "bits", interpreter.pointer_bits
    yield "free-threaded", interpreter.gil_disabled or None
    yield "flags", [f"{name}={value}" for name, value in sorted(interpreter.flags.items()) if value]
    own = (interpreter.prefix, interpreter.base_prefix, prefix.path)
    further = [path for path in interpreter.sys_path if not any(paths.inside(path, folder) for folder in own)]
    yield "further folders on sys.path", further


def _packages(facts: Facts) -> Values:
    if not isinstance(facts.packages, Packages):
        yield "(all)", facts.packages
        return
    for item in facts.packages.distributions:  # the first of a name is the one that is imported
        source = " (editable)" if item.editable else f" ({item.url})" if item.url else ""
        yield item.key, item.version if isinstance(item.version, Missing) else f"{item.version}{source}"


def _conda(facts: Facts) -> Values:
    conda = facts.conda
    if conda is None or isinstance(conda, Missing):
        yield "(all)", conda
        return
    for record in conda.records if isinstance(conda.records, list) else ():
        yield record.name, f"{record.version} {record.build} ({record.channel})"
    yield "channels", conda.channels
    yield "channel priority", conda.channel_priority


def _blas(facts: Facts) -> Values:
    if isinstance(facts.blas, Missing):
        yield "(all)", facts.blas
        return
    for library in facts.blas.libraries:
        for user in library.used_by or ["unused"]:
            version = UNKNOWN if isinstance(library.version, Missing) else library.version or ""
            yield user, f"{library.vendor} {version}".strip()
            yield f"{user}: kernels", library.architecture
            yield f"{user}: threading", library.threading_layer
    for error in facts.blas.errors if isinstance(facts.blas.errors, list) else ():
        yield f"{error.package}: does not load", paths.name(error.message)


def _threads(facts: Facts) -> Values:
    if isinstance(facts.blas, Missing):
        yield "(all)", facts.blas
        return
    for library in known(counted(facts)).libraries:
        if library.loaded:
            for user in library.used_by or [library.vendor]:
                yield user, library.threads
    for runtime in facts.blas.openmp if isinstance(facts.blas.openmp, list) else ():
        if runtime.loaded:
            yield runtime.runtime, runtime.threads


def _cpu(facts: Facts) -> Values:
    if isinstance(facts.cpu, Missing):
        yield "(all)", facts.cpu
        return
    cpu = facts.cpu
    yield "model", cpu.model
    yield "logical", cpu.logical
    yield "affinity", cpu.affinity
    yield "quota", cpu.quota
    yield "usable", cpu.usable


def _gpu(facts: Facts) -> Values:
    gpu = facts.gpu
    if gpu is None or isinstance(gpu, Missing):
        yield "(all)", gpu
        return
    yield "driver", gpu.driver
    yield "CUDA of the driver", gpu.cuda_driver_version
    devices = gpu.devices
    yield "devices", devices if isinstance(devices, Missing) else [str(item.name or item.vendor) for item in devices]
    for build in gpu.builds if isinstance(gpu.builds, list) else ():
        cuda = "" if isinstance(build.cuda, Missing) or not build.cuda else f" {build.cuda}"
        yield build.package, f"for {UNKNOWN if isinstance(build.backend, Missing) else build.backend}{cuda}"


def _system(facts: Facts) -> Values:
    if isinstance(facts.system, Missing):
        yield "(all)", facts.system
        return
    system = facts.system
    yield "platform", system.platform
    yield "machine", system.machine
    yield "release", system.release
    yield "distribution", system.distribution
    yield "distribution version", system.distribution_version
    yield "surrounded by", facts.patient.overlays


def _environment(facts: Facts) -> Values:
    if isinstance(facts.environment, Missing):
        yield "(all)", facts.environment
        return
    yield from facts.environment.variables.items()


SECTIONS: dict[str, Callable[[Facts], Values]] = {
    "python": _python,
    "packages": _packages,
    "conda": _conda,
    "blas": _blas,
    "threads": _threads,
    "environment": _environment,
    "cpu": _cpu,
    "gpu": _gpu,
    "system": _system,
}


def _maps(section: str, before: dict[str, str], after: dict[str, str]) -> list[Change]:
    changes = []
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one != other:
            kind = "added" if one is None else "removed" if other is None else "changed"
            changes.append(Change(section, name, one, other, kind))
    return changes


class Wrong(msgspec.Struct, frozen=True):
    """A finding that one side has and the other has not."""

    code: str
    severity: str
    title: str


class Sides(msgspec.Struct, frozen=True):
    """What the two are called, and what is wrong with one of them only."""

    names: tuple[str, str]
    before_only: tuple[Wrong, ...] = ()
    after_only: tuple[Wrong, ...] = ()


def sides(names: tuple[str, str], before: Report, after: Report) -> Sides:
    """The two reports compared by their findings' fingerprints."""
    titles = tuple(
        f"{name}: {header.title('', report.facts).removeprefix('envdoctor  · ').partition(' · ')[2]}"
        for name, report in zip(names, (before, after), strict=True)
    )
    return Sides((titles[0], titles[1]), _wrong(before, after), _wrong(after, before))


def _wrong(here: Report, there: Report) -> tuple[Wrong, ...]:
    known = {item.fingerprint for item in there.advice}
    found = [item.finding for item in here.open if item.fingerprint not in known]
    return tuple(Wrong(it.rule.code, it.severity.value, it.title) for it in found)


def render(changes: Sequence[Change], style: Style, sides: Sides | None = None) -> str:
    """``- `` only in A, ``+ `` only in B, ``~ `` in both and different; what is wrong with one only at the end."""
    if not changes and (sides is None or not (sides.before_only or sides.after_only)):
        return "no difference\n"
    lines: list[str] = []
    if sides is not None:
        counts = [(name, sum(change.section == name for change in changes)) for name in SECTIONS]
        parts = ", ".join(f"{name} {count}" for name, count in counts if count)
        lines += [f"- A  {sides.names[0]}", f"+ B  {sides.names[1]}"]
        lines.append(f"{plural(len(changes), 'difference')}: {parts}" if changes else "no difference")
    section = ""
    for change in changes:
        if change.section != section:
            section = change.section
            lines.append(section)
        if change.after is None:
            lines.append(f"  - {change.what} {change.before}")
        elif change.before is None:
            lines.append(f"  + {change.what} {change.after}")
        else:
            lines.append(f"  ~ {change.what} {change.before} → {change.after}")
    for mark, side, found in (("-", "A", sides and sides.before_only), ("+", "B", sides and sides.after_only)):
        if found:
            lines.append(f"wrong in {side} only")
            lines += [f"  {mark} {it.code} {it.severity} {it.title}" for it in found]
    text = "\n".join(clean(line) for line in lines) + "\n"
    return to_ascii(text) if style.ascii else text


def render_json(changes: Sequence[Change], sides: Sides | None = None) -> str:
    """The changes as a JSON document."""
    document: dict[str, object] = {"schema_version": "1.0", "changes": msgspec.to_builtins(list(changes))}
    if sides is not None:
        found = {"before_only": sides.before_only, "after_only": sides.after_only}
        document["findings"] = msgspec.to_builtins(found)
    return dump(document, 2) + "\n"
