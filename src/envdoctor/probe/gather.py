"""The whole reading: what lies outside first, then what the patient answers, joined into `Facts`."""

import os
import time
from collections.abc import Callable

import msgspec

from envdoctor.facts import Attempt, Blas, Cpu, Facts, Interpreter, Measure, Missing, Patient, Project, Start
from envdoctor.facts.prefix import Prefix
from envdoctor.origin import Identified, identify
from envdoctor.patient import Choice
from envdoctor.probe import (
    blas,
    conda,
    cpu,
    environment,
    gpu,
    installation,
    jupyter,
    limits,
    packages,
    path,
    project,
    startup,
    tools,
)
from envdoctor.probe import prefix as prefixes
from envdoctor.probe.interview import FLAGS, Interview
from envdoctor.probe.resolve import Resolver
from envdoctor.world import World


def gather(
    choice: Choice,
    interview: Interview,
    world: World,
    folder: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    deep: Callable[[str], None] | None = None,
) -> Facts:
    """Read everything about ``choice``; ``interview`` is the conversation with it, perhaps long begun.

    What needs no answer is read while the patient is still starting. ``folder`` is what ``--project`` names.
    ``progress`` (done, planned) asks for the micro-benchmark, too, ``deep`` (what is being done; empty at the end) for
    what takes seconds: the contents of files, all extensions, and what NumPy uses once it is imported.
    """
    accelerators = gpu.Examination(world, interview.timeout)
    try:
        return _gather(choice, interview, world, folder, progress, deep, accelerators)
    finally:
        if deep:
            deep("")
        accelerators.close()


def _gather(
    choice: Choice,
    interview: Interview,
    world: World,
    folder: str | None,
    progress: Callable[[int, int], None] | None,
    deep: Callable[[str], None] | None,
    accelerators: gpu.Examination,
) -> Facts:
    recorded = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    system = environment.read_system(world)
    variables = environment.read_environment(world)
    processors = cpu.read(world)
    at_hand = tools.read(world)
    surrounding = project.find(world, folder, choice.prefix)
    bounds = limits.read(world, surrounding.root if isinstance(surrounding, Project) else None)
    prefix = prefixes.read(world, choice.prefix, choice.executable)
    resolver = Resolver(world, path.path_folders(world))
    neighbourhood = path.read(world, resolver)
    packed = conda.read(world, prefix)
    answer = interview.who()
    start = _start(world, interview, prefix, answer)
    interpreter = _interpreter(answer, start, prefix)
    known = isinstance(interpreter, Interpreter)
    if isinstance(interpreter, Interpreter) and _elsewhere(prefix, interpreter):
        prefix = prefixes.read(world, interpreter.prefix, choice.executable)
        packed = conda.read(world, prefix)
    sys_path = interpreter.sys_path if isinstance(interpreter, Interpreter) else prefix.site_packages
    distributions = packages.read(world, sys_path, choice.executable, prefix.path, deep)
    places = installation.read(world, prefix, interpreter, distributions)
    neighbourhood = path.of_patient(world, neighbourhood, prefix.path, interpreter, prefix.site_packages)
    kernels = jupyter.read(world, prefix.path, interpreter, neighbourhood.jupyter, resolver)
    loader, why_not = interview.libraries()
    prefix = prefixes.with_ensurepip(world, prefix, interpreter)
    libraries = blas.read(world, sys_path, prefix.path, loader, why_not, processors)
    if deep:  # after the interview, whose deadline must not be spent on hashing
        deep("comparing files with conda's records")
        packed = conda.read(world, prefix, deep=True)
        deep("importing NumPy")
        libraries = _with_used(libraries, interview, world)
    return Facts(
        recorded=recorded,
        patient=_patient(choice, prefix, interpreter, identify(places, variables, interpreter, system)),
        start=start,
        prefix=prefix,
        system=system,
        environment=variables,
        interpreter=interpreter,
        cpu=processors,
        packages=distributions if known or distributions.distributions else Missing("the interpreter does not start"),
        blas=libraries,
        project=surrounding,
        conda=packed,
        tools=at_hand,
        limits=bounds,
        measure=_measure(choice, world, libraries, processors, progress) if progress else None,
        gpu=accelerators.facts(distributions, prefix.path, system),
        installation=places,
        path=neighbourhood,
        jupyter=kernels,
    )


def _with_used(libraries: Blas, interview: Interview, world: World) -> Blas:
    from envdoctor.probe import used

    return msgspec.structs.replace(libraries, numpy_uses=used.read(interview, world.environ, world.platform))


def _measure(
    choice: Choice, world: World, libraries: Blas, processors: Cpu, progress: Callable[[int, int], None]
) -> Measure | Missing:
    from envdoctor.probe import measure

    return measure.read(choice.executable, world.environ, libraries, processors, progress)


def _start(world: World, interview: Interview, prefix: Prefix, answer: dict[str, object] | None) -> Start:
    told = answer.get("user_site") if answer else None
    user_site = told if isinstance(told, str) else None
    return Start(
        mode=interview.mode,
        attempts=[
            Attempt(flags=FLAGS[attempt.mode], ended=attempt.ended, answered=attempt.answered, stderr=attempt.stderr)
            for attempt in interview.tries
        ],
        culprits=startup.culprits(world, interview.tries, interview.mode, prefix.site_packages, user_site),
    )


def _elsewhere(prefix: Prefix, interpreter: Interpreter) -> bool:
    """True where the patient was reached by a shim or a link in no environment: its prefix is what it says."""
    named = prefix.configuration is not None or prefix.conda_meta
    return not named and os.path.realpath(interpreter.prefix) != os.path.realpath(prefix.path)


def _interpreter(answer: dict[str, object] | None, start: Start, prefix: Prefix) -> Interpreter | Missing:
    if answer is None:
        return Missing(f"the interpreter does not start: {start.attempts[-1].ended}" if start.attempts else "not asked")
    try:
        interpreter = msgspec.convert(answer, Interpreter)
    except msgspec.ValidationError as error:
        return Missing(f"the interpreter's answer is not what was asked: {error}")
    if start.mode != "isolated-without-site":
        return interpreter
    # Without site the prefix is the base's, and site-packages is not on the path: both are known from outside.
    path = [*interpreter.sys_path, *(entry for entry in prefix.site_packages if entry not in interpreter.sys_path)]
    return msgspec.structs.replace(interpreter, prefix=prefix.path, sys_path=path)


def _patient(choice: Choice, prefix: Prefix, interpreter: Interpreter | Missing, made: Identified) -> Patient:
    configuration = prefix.configuration if isinstance(prefix.configuration, dict) else {}
    if isinstance(interpreter, Interpreter):
        return Patient(
            executable=choice.executable,
            prefix=prefix.path,
            base_prefix=interpreter.base_prefix,
            version=interpreter.version,
            implementation=interpreter.implementation,
            chosen=choice.chosen,
            origin=made.chain,
            overlays=made.overlays,
        )
    recorded = configuration.get("version_info") or configuration.get("version")
    return Patient(
        executable=choice.executable,
        prefix=prefix.path,
        base_prefix=os.path.dirname(prefix.home) if prefix.home else interpreter,
        version=".".join(recorded.split(".")[:3]) if recorded else interpreter,
        implementation=configuration.get("implementation", "").lower() or interpreter,
        chosen=choice.chosen,
        origin=made.chain,
        overlays=made.overlays,
    )
