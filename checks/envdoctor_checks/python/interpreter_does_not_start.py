"""PY013: The interpreter exits, crashes or hangs before a program's first line."""

from collections.abc import Iterator

from envdoctor.api import (
    Attempt,
    Evidence,
    Finding,
    Manual,
    Missing,
    NotApplicable,
    Path,
    Patient,
    Prefix,
    Recreate,
    Rule,
    Severity,
    Start,
    UnknownFact,
    UnsetEnv,
    check,
    paths,
    pattern,
)
from envdoctor_checks.python._faults import faults

PY013 = Rule("PY013", "interpreter-does-not-start", Severity.ERROR, varies=(Severity.WARNING,))
VARIABLE = pattern(r"(PYTHON[A-Z0-9]+)(?:=| entry )")  # as the start's culprits name one
# The loader's own words, before a line of Python runs: its messages are not translated (ld.so, dyld).
LOST = pattern(r"error while loading shared libraries: ([^\s:]+)|Library not loaded: (\S+)")
OLD = pattern(r"version [`']([A-Z]+_[\d.]+)' not found")
SOON = 0.2  # seconds that a healthy Python may take to answer


def _complaints(start: Start) -> Iterator[Finding]:
    for file, said in start.complaints.items():
        name = paths.name(file)
        yield Finding(
            PY013,
            file,
            (Evidence("runs at start-up", file), Evidence("it said", said)),
            f"this Python starts, but {name} fails at every start: {said}",
            "What the file was to set up is not there, and every program begins with its complaint.",
            own_severity=Severity.WARNING,
            remedies=(
                Manual(f"repair or move away {file}; the distribution that brought it may have gone without it"),
            ),
        )


def _last_words(stderr: str, hangs: bool) -> str:
    """The line that tells most: where it hung (faulthandler's traceback), the exception, or the first one."""
    lines = stderr.strip().splitlines()
    if hangs and lines[0].startswith("Fatal Python error: Aborted"):
        return "hangs in " + next(
            (line.strip() for line in lines if line.strip().startswith("File")), "an unknown place"
        )
    return lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0]


def _of_the_loader(failed: list[Attempt]) -> tuple[Manual, ...]:
    """What the program itself lacks: an environment made again of the same program lacks it, too."""
    said = failed[-1].stderr if failed else ""
    if lost := LOST.search(said):
        name = paths.name(lost[1] or lost[2])
        words = (
            f"give this Python its library {name} back: load the module that you made the environment with, or install "
            f"the package that the library came with; a new environment of the same Python lacks {name}, too"
        )
        return (Manual(words),)
    if old := OLD.search(said):
        where = "use a Python that was made for this system: this one was made on a newer one"
        return (Manual(f"{where} ({old[1]} is not here)"),)
    return ()


def _not_run(failed: list[Attempt]) -> tuple[Manual, ...]:
    ended = failed[-1].ended if failed else ""
    if "Exec format error" in ended:
        return (Manual("use a Python that was made for this kind of processor"),)
    if "Permission denied" in ended:
        return (Manual("have the file made executable, or move the environment off a disk that is mounted `noexec`"),)
    return ()


def _ends(start: Start) -> str:
    """What a usual start comes to, in a word."""
    ended = start.attempts[0].ended
    return "hangs" if ended.startswith("no answer") else "crashes" if ended.startswith("signal") else "ends"


def _waited(ended: str) -> float:
    """The seconds in ``no answer in 0.2 s``; -1 where it ended in another way."""
    words = ended.split()
    return float(words[3]) if ended.startswith("no answer in ") else -1


def _variables(start: Start, path: Path | Missing | None) -> tuple[str, ...]:
    """The variables that bring a culprit in: by name, or by a folder of PYTHONPATH that it lies in."""
    found = [VARIABLE.match(item) for item in start.culprits]
    named = list(dict.fromkeys(match[1] for match in found if match))
    if isinstance(path, Path) and "PYTHONPATH" not in named:
        folders = [entry.path for entry in path.pythonpath]
        folders += [paths.join(path.working_directory, folder) for folder in folders]
        if any(paths.inside(item, one) for one in folders for item in start.culprits):
            named.insert(0, "PYTHONPATH")
    return tuple(named)


@check(PY013)
def does_not_start(
    start: Start, prefix: Prefix, patient: Patient, path: Path | Missing | None = None
) -> Iterator[Finding]:
    if any(True for _ in faults(prefix, patient)):
        raise NotApplicable("the environment is broken (PY008)")
    if start.mode in ("normal", "live"):
        yield from _complaints(start)
        return
    if start.hindered and not start.attempts:
        raise UnknownFact(start.hindered)
    if start.attempts and 0 <= _waited(start.attempts[0].ended) < SOON:
        raise UnknownFact(f"{start.attempts[0].ended}; a longer --timeout shows whether Python hangs or is slow")
    if start.mode != "none" and not start.attempts:
        raise UnknownFact("how this Python starts was not recorded")
    remedies: tuple[UnsetEnv | Manual | Recreate, ...]
    evidence = [Evidence(" ".join(["python", *attempt.flags]), attempt.ended) for attempt in start.attempts]
    failed = [attempt for attempt in start.attempts if not attempt.answered]
    if failed and failed[-1].stderr.strip():
        evidence.append(Evidence("it said", _last_words(failed[-1].stderr, failed[-1].ended.startswith("no answer"))))
    evidence += [Evidence("runs at start-up", culprit) for culprit in start.culprits]
    if start.mode == "none":
        title = f"this Python does not start: {failed[0].ended}" if failed else "this Python does not start"
        remedies = _of_the_loader(failed) or _not_run(failed) or (Recreate(title="make the environment again"),)
    else:
        stops = paths.name(start.culprits[0]) if len(start.culprits) == 1 else "something that runs at start-up"
        title = f"this Python {_ends(start)} at every start, before a program's first line: {stops} causes it"
        unnamed = not start.culprits and isinstance(prefix.configuration, dict) and not prefix.home
        if unnamed:
            evidence.append(Evidence("runs at start-up", paths.join(prefix.path, "pyvenv.cfg, which names no home")))
        variables = _variables(start, path) if start.mode == "isolated" else ()
        files = [item for item in start.culprits if not VARIABLE.match(item)]
        culprits = ", ".join(files) or "the files that run at start-up"
        remedies = (UnsetEnv(variables),) if variables else ()
        if unnamed:
            remedies += (Recreate(title="make the environment again"),)
        elif files or not variables:
            remedies += (Manual(f"repair or move away {culprits}"),)
    yield Finding(
        PY013,
        start.culprits[0] if start.culprits else prefix.executable,
        tuple(evidence),
        title,
        "Every program run with this Python meets the same end before its first line.",
        remedies=remedies,
    )
