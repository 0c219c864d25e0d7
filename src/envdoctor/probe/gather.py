"""The whole reading: what lies outside first, then what the patient answers, joined into `Facts`."""

import os
import time
from collections.abc import Callable

import msgspec

from envdoctor.facts import (
    Attempt,
    Blas,
    Cpu,
    Distribution,
    Facts,
    Gpu,
    Interpreter,
    Jupyter,
    Measure,
    Missing,
    Packages,
    Path,
    Project,
    Start,
    System,
)
from envdoctor.facts.prefix import Prefix
from envdoctor.origin import Identified
from envdoctor.probe import budget, conda, environment, jupyter, startup
from envdoctor.probe.blas import whole as blas
from envdoctor.probe.choose import Choice
from envdoctor.probe.gpu import whole as gpu
from envdoctor.probe.imports import forecast
from envdoctor.probe.imports.forecast import Suspect
from envdoctor.probe.interrogation import FLAGS, Interrogation
from envdoctor.probe.machine import cpu, limits, storage
from envdoctor.probe.packages import whole as packages
from envdoctor.probe.path import tools
from envdoctor.probe.path import whole as path
from envdoctor.probe.path.resolve import CommandResolver
from envdoctor.probe.patient import described, origin
from envdoctor.probe.prefix import installation
from envdoctor.probe.prefix import prefix as prefixes
from envdoctor.probe.project.place import locate
from envdoctor.probe.section import either, rid, section
from envdoctor.probe.world import World


def gather(
    choice: Choice,
    interview: Interrogation,
    world: World,
    folder: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    deep: Callable[[str], None] | None = None,
    thorough: bool = False,
) -> Facts:
    """Read everything about ``choice``; ``interview`` is the conversation with it, perhaps long begun.

    What needs no answer is read while the patient is still starting. ``folder`` is what ``--project`` names.
    ``progress`` (done, planned) asks for the micro-benchmark, too (``thorough``: a minute of it), ``deep`` (what is being done; empty at the end) for
    what takes seconds: the contents of files, all extensions, and what NumPy uses once it is imported.
    """
    accelerators = section("gpu", gpu.Examination, world, interview.timeout)
    try:
        facts = _gather(choice, interview, world, folder, progress, deep, accelerators, thorough)
        cut = [value for name, value in world.environ.items() if "@" in value and name.endswith("PATH")]
        return _without_secrets(facts, cut) if cut and world.platform != "win32" else facts
    finally:
        if deep:
            deep("")
        if not isinstance(accelerators, Missing):
            accelerators.close()


def _without_secrets(facts: Facts, lists: list[str]) -> Facts:
    """The same without passwords of addresses that stand where a list of folders belongs: Python cuts them at their
    colons, after which nobody knows them for what they are."""
    from envdoctor.privacy.redact import pieces

    words = {piece: shown for value in lists for piece, shown in pieces(value).items()}
    cleaned: Facts = rid(facts, words) if words else facts
    return cleaned


def _gather(
    choice: Choice,
    interview: Interrogation,
    world: World,
    folder: str | None,
    progress: Callable[[int, int], None] | None,
    deep: Callable[[str], None] | None,
    accelerators: gpu.Examination | Missing,
    thorough: bool,
) -> Facts:
    recorded = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    world.unread.clear()
    system = section("system", environment.read_system, world)
    variables = section("environment", environment.read_environment, world)
    processors = section("cpu", cpu.read, world)
    surrounding = section("project", _project, world, folder, choice.prefix)
    around = surrounding.root if isinstance(surrounding, Project) else ""
    at_hand = section("tools", tools.read, world, around)
    bounds = section("limits", limits.read, world, around or None)
    prefix = _prefix(world, choice.prefix, choice.executable)
    resolver = section("path", lambda: CommandResolver(world, path.path_folders(world)))
    neighbourhood = resolver if isinstance(resolver, Missing) else section("path", path.read, world, resolver)
    packed = section("conda", conda.read, world, prefix)
    answer = interview.who()
    start = _start(world, interview, prefix, answer)
    interpreter = _interpreter(answer, start, prefix)
    known = isinstance(interpreter, Interpreter)
    if isinstance(interpreter, Interpreter) and _elsewhere(prefix, interpreter):
        lost = choice.prefix if prefixes.is_lost(world, choice.prefix) else None
        prefix = msgspec.structs.replace(_prefix(world, interpreter.prefix, choice.executable), lost=lost)
        packed = section("conda", conda.read, world, prefix)
    prefix = either(section("prefix", prefixes.with_obstacles, world, prefix, interpreter), prefix)
    system = either(section("system", storage.with_storage, world, system, interpreter), system)
    sys_path = interpreter.sys_path if isinstance(interpreter, Interpreter) else prefix.site_packages
    doubts: list[Suspect] = []

    def doubt(records: list[tuple[Distribution, bytes]], entries: list[str]) -> None:
        doubts.extend(either(section("imports", forecast.suspects, world, records, entries, bool(deep)), []))

    distributions = section(
        "packages", packages.read, world, sys_path, choice.executable, prefix.path, deep, doubt if known else None
    )
    listed = Packages(distributions=[]) if isinstance(distributions, Missing) else distributions
    places = section("installation", installation.read, world, prefix, interpreter, listed)
    if not isinstance(neighbourhood, Missing):
        neighbourhood = section(
            "path", path.of_patient, world, neighbourhood, prefix.path, interpreter, prefix.site_packages
        )
    kernels = _kernels(world, prefix, interpreter, neighbourhood, resolver)
    loader, why_not = interview.libraries()
    failing = section("start", startup.complaints, world, interview.complaints(), sys_path)
    prefix = either(section("prefix", prefixes.with_ensurepip, world, prefix, interpreter, places), prefix)
    libraries = section("blas", blas.read, world, sys_path, prefix.path, loader, why_not)
    flushing: list[str] = []
    distributions = either(
        section("imports", _tried, distributions, doubts, interview, choice.executable, deep, flushing), distributions
    )
    if world.platform == "linux" and (world.environ.get("LD_LIBRARY_PATH") or world.environ.get("LD_PRELOAD")):
        interpreter = either(
            section("imports", _standard, world, interpreter, interview, choice.executable), interpreter
        )
    if deep:  # after the interview, whose deadline must not be spent on hashing
        deep("comparing files with conda's records")
        packed = section("conda", conda.read, world, prefix, True)
        distributions = either(
            section("imports", _own, distributions, interview, world, choice.executable, deep), distributions
        )
        libraries = _examined(libraries, interview, world, sys_path, flushing, deep)
    graphics = _graphics(accelerators, distributions, prefix, system)
    if world.unread and isinstance(distributions, Packages):
        from envdoctor.probe.packages import obstacles

        distributions = either(section("packages", obstacles.with_unread, world, distributions), distributions)
    return Facts(
        recorded=recorded,
        patient=described(choice, prefix, interpreter, origin(places, variables, interpreter, system)),
        start=msgspec.structs.replace(start, complaints=either(failing, {}), hindered=interview.hindered),
        prefix=prefix,
        system=system,
        environment=variables,
        interpreter=interpreter,
        cpu=processors,
        packages=Missing(f"{prefix.obstacles[0].path}: {prefix.obstacles[0].reason}")
        if prefix.obstacles
        else Missing(start.hindered or "the interpreter does not start")
        if not known and distributions is listed and not listed.distributions
        else distributions,
        blas=libraries,
        project=surrounding,
        conda=packed,
        tools=at_hand,
        limits=bounds,
        measure=_measure(choice, world, libraries, processors, progress, thorough) if progress else None,
        gpu=graphics,
        installation=places,
        path=neighbourhood,
        jupyter=kernels,
    )


def unread(choice: Choice, why: str) -> Facts:
    """The facts where a reading never came to its end: nothing is known but whom it was about."""
    missing = Missing(why)
    prefix = Prefix(path=choice.prefix, exists=True, executable=choice.executable, executable_exists=True)
    return Facts(
        recorded=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        patient=described(choice, prefix, missing, Identified([], [])),
        start=Start(mode="none", hindered=why),
        prefix=prefix,
        **dict.fromkeys(SECTIONS, missing),  # type: ignore[arg-type]
    )


ALWAYS = ("recorded", "patient", "start", "prefix", "measure", "machine", "process")
SECTIONS = [name for name in Facts.__struct_fields__ if name not in ALWAYS]


def _tried(
    distributions: Packages | Missing,
    doubts: list[Suspect],
    interview: Interrogation,
    executable: str,
    deep: Callable[[str], None] | None,
    flushing: list[str],
) -> Packages | Missing:
    """The packages, with the imports that were tried since there was cause to doubt them; ``deep`` tries the usual ones.

    ``flushing`` gets the modules after whose import subnormal numbers are zero.
    """
    if isinstance(distributions, Missing):
        return distributions
    from envdoctor.probe.imports import usual

    wanted = [*doubts, *usual.suspects(distributions, interview.environ, bool(deep))]
    if not wanted:
        return distributions
    from envdoctor.probe.imports import trial

    if deep:
        deep("importing packages")
    argv = [executable, *FLAGS[interview.mode], "-B"]
    granted = None if deep else budget.current
    deadline = time.monotonic() + (trial.ALTOGETHER if granted is None else min(granted.left, trial.ALTOGETHER))
    most = trial.MOST_DEEP if deep else trial.MOST
    found = trial.confirm(wanted, argv, interview.environ, deadline, most)
    failures = found.failures
    flushing += found.flushing
    if deep:
        foretold = {doubt.package.partition(".")[0] for doubt in doubts}
        failures = [
            it if it.module.partition(".")[0] in foretold else msgspec.structs.replace(it, foretold=False)
            for it in failures
        ]
        deep("importing packages that were seen to break each other")
        broken = {failure.distribution for failure in failures}
        pairs = [pair for pair in usual.pairs(distributions) if not {it.distribution.path for it in pair} & broken]
        failures += trial.quarrels(pairs, argv, interview.environ, time.monotonic() + trial.ALTOGETHER)
    return msgspec.structs.replace(
        distributions,
        import_failures=failures,
        untried_imports=found.unknown,
        cleared_imports=found.cleared,
        imports_tried=found.tried,
    )


def _standard(
    world: World, interpreter: Interpreter | Missing, interview: Interrogation, executable: str
) -> Interpreter | Missing:
    """The interpreter, with the modules of the standard library that a variable of the loader breaks."""
    from envdoctor.probe.imports import standard, trial

    if isinstance(interpreter, Missing) or interview.mode not in FLAGS:
        return interpreter
    argv = [executable, *FLAGS[interview.mode], "-B"]
    left = trial.ALTOGETHER if budget.current is None else min(budget.current.left, trial.ALTOGETHER)
    broken = standard.broken(world, interpreter, argv, interview.environ, time.monotonic() + left)
    return msgspec.structs.replace(interpreter, unloadable=broken) if broken else interpreter


def _own(
    distributions: Packages | Missing,
    interview: Interrogation,
    world: World,
    executable: str,
    deep: Callable[[str], None],
) -> Packages | Missing:
    """The packages, with the checks that they bring for a doctor of their own."""
    from envdoctor.probe.imports import own_checks

    if isinstance(distributions, Missing) or interview.mode not in FLAGS:
        return distributions
    points = own_checks.registered(world, distributions.distributions)
    if points:
        deep("asking the packages' own checks")
    argv = [executable, *FLAGS[interview.mode], "-B"]
    found = own_checks.read(points, argv, interview.environ) if points else []
    return msgspec.structs.replace(distributions, own_checks=found)


def _examined(
    libraries: Blas | Missing,
    interview: Interrogation,
    world: World,
    sys_path: list[str],
    flushing: list[str],
    deep: Callable[[str], None],
) -> Blas | Missing:
    """The libraries with what only ``--deep`` asks: which one NumPy uses, whether results are right, what sets flush-to-zero."""
    from envdoctor.probe.blas import flushes, truth, used

    if isinstance(libraries, Missing):
        return libraries
    deep("importing NumPy")
    uses = used.read(interview, world.environ, world.platform)
    deep("multiplying, to see whether the results are right")
    right = section("truth", truth.read, interview, world.environ, libraries)
    deep("looking for what takes subnormal numbers for zero")
    zero = section("flushes", flushes.read, interview, world, libraries, sys_path, flushing)
    return msgspec.structs.replace(libraries, numpy_uses=uses, truth=right, flushes=zero)


def _prefix(world: World, path: str, executable: str) -> Prefix:
    """The prefix; where its reading fails, no more than what the choice of it took for granted."""
    found = section("prefix", prefixes.read, world, path, executable)
    bare = Prefix(
        path=path, exists=world.is_dir(path), executable=executable, executable_exists=os.path.exists(executable)
    )
    return either(found, bare)


def _kernels(
    world: World,
    prefix: Prefix,
    interpreter: Interpreter | Missing,
    neighbourhood: Path | Missing,
    resolver: CommandResolver | Missing,
) -> Jupyter | Missing:
    if isinstance(resolver, Missing):
        return resolver
    if isinstance(neighbourhood, Missing):
        return neighbourhood
    return section("jupyter", jupyter.read, world, prefix.path, interpreter, neighbourhood.jupyter, resolver)


def _graphics(
    accelerators: gpu.Examination | Missing, packed: Packages | Missing, prefix: Prefix, system: System | Missing
) -> Gpu | Missing:
    if isinstance(accelerators, Missing):
        return accelerators
    return packed if isinstance(packed, Missing) else section("gpu", accelerators.facts, packed, prefix.path, system)


def _measure(
    choice: Choice,
    world: World,
    libraries: Blas | Missing,
    processors: Cpu | Missing,
    progress: Callable[[int, int], None],
    thorough: bool,
) -> Measure | Missing:
    from envdoctor.probe.blas import measure

    if isinstance(processors, Missing):
        return processors
    if isinstance(libraries, Missing):
        return libraries
    effort = measure.THOROUGH if thorough else measure.SCREENING
    return section("measure", measure.read, choice.executable, world.environ, libraries, processors, progress, effort)


def _start(world: World, interview: Interrogation, prefix: Prefix, answer: dict[str, object] | None) -> Start:
    told = answer.get("user_site") if answer else None
    user_site = told if isinstance(told, str) else None
    named = section("start", startup.culprits, world, interview.tries, interview.mode, prefix.site_packages, user_site)
    return Start(
        mode=interview.mode,
        attempts=[
            Attempt(flags=FLAGS[attempt.mode], ended=attempt.ended, answered=attempt.answered, stderr=attempt.stderr)
            for attempt in interview.tries
        ],
        culprits=either(named, []),
        hindered=interview.hindered,
    )


def _elsewhere(prefix: Prefix, interpreter: Interpreter) -> bool:
    """True where the patient was reached by a shim or a link in no environment: its prefix is what it says."""
    named = prefix.configuration is not None or prefix.conda_meta
    return not named and os.path.realpath(interpreter.prefix) != os.path.realpath(prefix.path)


def _interpreter(answer: dict[str, object] | None, start: Start, prefix: Prefix) -> Interpreter | Missing:
    if answer is None and start.hindered and not start.attempts:
        return Missing(start.hindered)
    if answer is None:
        return Missing(f"the interpreter does not start: {start.attempts[0].ended}" if start.attempts else "not asked")
    try:
        interpreter = msgspec.convert(answer, Interpreter)
    except msgspec.ValidationError as error:
        return Missing(f"the interpreter's answer is not what was asked: {error}")
    if start.mode != "isolated-without-site":
        return interpreter
    # Without site the prefix is the base's, and site-packages is not on the path: both are known from outside.
    path = [*interpreter.sys_path, *(entry for entry in prefix.site_packages if entry not in interpreter.sys_path)]
    return msgspec.structs.replace(interpreter, prefix=prefix.path, sys_path=path)


def _project(world: World, folder: str | None, prefix: str) -> Project | None | Missing:
    place = locate(world, folder)
    if place is None or isinstance(place, Missing):
        return place
    from envdoctor.probe.project import whole  # where there is no project, nothing of it is needed

    return whole.read(world, place, prefix)
