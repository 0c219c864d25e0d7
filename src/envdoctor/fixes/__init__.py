"""Remedies, which are intents, turned into steps of the tool that made the patient: one module a tool."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, assert_never

import msgspec

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.names import normalise
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.ecosystem.requirements import name_in
from envdoctor.engine.checks import Outcome
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import (
    FORETOLD,
    Edit,
    Errand,
    Install,
    InstallBuild,
    InstallSystem,
    KeepEnv,
    Manual,
    Move,
    Recreate,
    RegisterKernel,
    Remedy,
    Remove,
    Replace,
    Run,
    SetEnv,
    UnsetEnv,
)
from envdoctor.engine.run import ADVANCED
from envdoctor.facts import Facts, Packages, Process
from envdoctor.fixes import steps
from envdoctor.fixes.arguments import by_hand, doubtful, hidden_option
from envdoctor.fixes.constraints import contradictory, joined, told_apart
from envdoctor.fixes.least import steps_back
from envdoctor.fixes.model import Applicability, Fix, Tool, named
from envdoctor.fixes.possible import possible
from envdoctor.fixes.target import Target
from envdoctor.fixes.words import in_words

if TYPE_CHECKING:
    from envdoctor.fixes.closure import Closure

__all__ = ["Fix", "Guard", "Toolbox"]


MOST_JUDGED = 10_000  # distributions that the rules look at once more, for all cures together: half a second
LEAST_JUDGED = 25  # a cure counts as that many where fewer are installed
UNJUDGED = "envdoctor did not work out what it would leave: there are too many faults, or packages"


class Guard:
    """Has the rules judge a cure before it is printed, where its effect can be told; imported with the first of them.

    Where thousands of packages are installed, or thousands of cures are asked for, only the first are judged: the others
    are never safe.
    """

    def __init__(self, facts: Facts, outcomes: Sequence[Outcome], level: str = ADVANCED) -> None:
        self._known = facts, outcomes, level
        size = len(facts.packages.distributions) if isinstance(facts.packages, Packages) else 0
        self._left = MOST_JUDGED // max(size, LEAST_JUDGED)

    @cached_property
    def _closure(self) -> "Closure":
        from envdoctor.fixes.closure import Closure

        return Closure(*self._known)

    def judged(self, fix: Fix, remedy: Remedy, findings: Sequence[Finding]) -> Fix:
        """The fix itself; in words where it would leave one of the findings, or bring another."""
        if not fix.steps or not isinstance(remedy, FORETOLD):
            return fix
        if self._has_time():
            return self._closure.judged(fix, remedy, findings)
        if fix.applicability is not Applicability.SAFE:
            return fix
        return msgspec.structs.replace(fix, applicability=Applicability.UNSAFE, reason=UNJUDGED)

    def fine(self, remedy: Remedy, findings: Sequence[Finding]) -> bool:
        """Whether nothing that can be told speaks against one command for all of these."""
        return not isinstance(remedy, FORETOLD) or not self._has_time() or self._closure.fine(remedy, findings)

    def in_order(self, plan: Sequence[tuple[Fix, Remedy, Sequence[Finding]]]) -> list[Fix]:
        """The fixes of a plan, each judged after those before it; one alone was judged already."""
        told = [fix for fix, remedy, _ in plan if fix.steps and not fix.patient and isinstance(remedy, FORETOLD)]
        if len(told) < 2 or not all(self._has_time() for _ in told):
            return [fix for fix, _, _ in plan]
        return self._closure.in_order(plan)

    def _has_time(self) -> bool:
        self._left -= 1
        return self._left >= 0


class Toolbox:
    """Knows the patient's own tool, and speaks it. Tools are imported when they are first asked for something."""

    def __init__(self, facts: Facts, prefer: str = "") -> None:
        self._bedside = Target(facts, prefer)
        self._made: Tool | None = None

    @property
    def _tool(self) -> Tool:
        if self._made is None:
            self._made = choose(self._bedside)
        return self._made

    @property
    def apart(self) -> bool:
        """Whether nothing is put into the patient: what is to be installed gets an environment of its own."""
        return bool(self._bedside.guard)

    def comes_back(self, requirement: str) -> bool:
        """Whether a distribution is there when the environment has been made again: it is installed, or required by one
        that is."""
        return self._bedside.asks_for(name_in(requirement))

    def fix(self, remedy: Remedy, code: str) -> Fix:
        """The fix that carries out ``remedy`` here; `envdoctor check --select CODE` verifies it."""
        word = doubtful(remedy)
        fix = self._fix(remedy) if word is None else by_hand(remedy, word)
        if isinstance(remedy, Errand) and (option := hidden_option(fix.steps)) is not None:
            fix = by_hand(remedy, option)
        fix = in_words(self._bedside, possible(self._bedside, fix, remedy))
        return msgspec.structs.replace(fix, verify=steps.run("envdoctor", "check", *self._again(fix), "--select", code))

    def _again(self, fix: Fix) -> list[str]:
        """What has envdoctor look at the same once more; a patient that is gone can't be named."""
        bedside = self._bedside
        prefix = bedside.facts.prefix
        patient = fix.patient or prefix.lost or (bedside.prefix or bedside.python if prefix.exists else "")
        named = bedside.project is not None and bedside.project.evidence == "named by --project"
        return [
            *(["--python", patient] if patient else []),
            *(["--project", paths.without_end(bedside.project_path())] if named else []),
        ]

    def _fix(self, remedy: Remedy) -> Fix:
        match remedy:
            case SetEnv(variables, title):
                return self._set(variables, title)
            case KeepEnv(variables, title):
                from envdoctor.fixes.keep import keep

                return keep(self._bedside, variables, title)
            case UnsetEnv(names, title, unless):
                return self._unset(names, title, unless)
            case Install():
                return self._install(remedy)
            case Remove(names, title):
                return named(self._tool.remove(list(names)), title or f"remove {' '.join(names)}")
            case InstallBuild():
                from envdoctor.fixes.builds import install_build

                return install_build(self._bedside, remedy)
            case Replace(remove, install, title):
                return self._replace(list(remove), list(install), title)
            case Recreate(python, title, reason):
                fix = self._tool.recreate(python)
                words = title if title and (not python or python in str(fix.steps)) else fix.title
                return named(fix, words or "make the environment again", reason)
            case InstallSystem(packages, title):
                from envdoctor.fixes.tools.system import install_packages

                return install_packages(self._bedside, packages, title)
            case Move(source, target, title, reason):
                from envdoctor.fixes.tools import files

                return files.move(self._bedside, source, target, title, reason)
            case Edit(file, change, title):
                step = steps.Edit(file, change)
                return Fix(title=title or f"edit {file}", steps=(step,), applicability=Applicability.MANUAL)
            case Run(title, argv, safe, reason, undo, then):
                return Fix(
                    title=title,
                    steps=tuple(steps.run(*self._bedside.spoken(list(words))) for words in (argv, *then)),
                    applicability=Applicability.SAFE if safe else Applicability.UNSAFE,
                    reason=reason or ("" if safe else "look at what it does before you run it"),
                    undo=undo,
                )
            case Manual(title):
                return Fix(title=title, steps=(), applicability=Applicability.MANUAL)
            case _:
                from envdoctor.fixes.errands import carry_out

                return carry_out(self._bedside, remedy)

    def _install(self, remedy: Install) -> Fix:
        requirements, force = remedy.requirements, remedy.force
        if not force and not remedy.conda:
            there = () if self.apart else self._bedside.distributions
            requirements = tuple(joined(requirements, there))
        listed = " ".join(dict.fromkeys(map(self._named, requirements)))
        words = remedy.title or f"install {listed}{' again' if force else ''}"
        if remedy.conda:
            from envdoctor.fixes.tools.conda import reinstall

            return named(reinstall(self._bedside, requirements, force), words)
        if not force and self._bedside.elsewhere:
            from envdoctor.fixes.projects import elsewhere

            if told := elsewhere(self._bedside, requirements):
                return told
        clash = next((item for item in requirements if not force and contradictory(item)), None)
        if clash is not None and not self._looks_for_others:
            return Fix(title=told_apart(clash), steps=(), applicability=Applicability.MANUAL)
        fix = named(self._tool.install(list(requirements), force), words)
        # In an environment of its own, made for it, another Python than the patient's has what is installed.
        after = remedy.then if fix.steps and not fix.patient else ()
        return msgspec.structs.replace(fix, steps=(*fix.steps, *self._registering(after)))

    @property
    def _looks_for_others(self) -> bool:
        """Whether the tool asks for other releases of those whose demands exclude each other."""
        from envdoctor.fixes.tools.pip import Venv

        return isinstance(self._tool, Venv)

    def _named(self, requirement: str) -> str:
        """The name; with what is asked of it, where that is older than what is there."""
        item = self._bedside.installed.get(normalise(name_in(requirement)))
        old = item is not None and isinstance(item.version, str) and steps_back(requirement, item.version)
        return f"{requirement} in place of {item.version}" if old and item is not None else name_in(requirement)

    def _registering(self, kernels: Iterable[RegisterKernel]) -> list[steps.Run]:
        from envdoctor.fixes.tools.jupyter import registering

        return [registering(self._bedside, kernel) for kernel in kernels]

    def _replace(self, remove: list[str], install: list[str], title: str) -> Fix:
        """Removing empties folders that the others share, so what stays is laid down again after it."""
        out, back = self._tool.remove(remove), self._tool.install(install, True)
        names = " ".join(map(name_in, install))
        return Fix(
            title=title or f"remove {' '.join(remove)}, then install {names} again",
            steps=(*out.steps, *back.steps),
            applicability=Applicability.UNSAFE if back.steps and out.steps else Applicability.MANUAL,
            reason="; ".join(dict.fromkeys(filter(None, (out.reason, back.reason)))),
            undo=out.undo,
        )

    def _set(self, variables: dict[str, str], title: str) -> Fix:
        words = " and ".join(f"{name}={value}" for name, value in variables.items())
        before = {name: self._bedside.environ[name] for name in variables if name in self._bedside.environ}
        added = [name for name in variables if name not in before]
        undo = [self._bedside.shell.set(before)] if before else []
        undo += [self._bedside.shell.unset(*added)] if added else []
        step = steps.SetEnv(variables)
        return Fix(
            title=title or f"set {words}",
            steps=(step,),
            applicability=Applicability.SAFE,
            undo="; ".join(filter(None, undo)),
        )

    def _unset(self, names: tuple[str, ...], title: str, unless: str) -> Fix:
        process = self._bedside.facts.process
        own = process.changed if isinstance(process, Process) else {}
        if names and all(own.get(name, "") is None for name in names):
            words = f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} not from outside"
            return Fix(
                title=f"{words}: a line of this program, or a package that it imported, has set it. Take that line out, or "
                "set what you mean in the first line of the program, and start it again",
                steps=(),
                applicability=Applicability.MANUAL,
            )
        before = {name: self._bedside.environ[name] for name in names if name in self._bedside.environ}
        undo = self._bedside.shell.set(before) if before else None
        step = steps.UnsetEnv(names)
        words = title or f"unset {' and '.join(names)}"
        return Fix(
            title=f"{words}, unless {unless}" if unless else words,
            steps=(step,),
            applicability=Applicability.MANUAL if unless else Applicability.SAFE,
            undo=undo or "set it again where it was set",
        )


def choose(bedside: Target) -> Tool:
    """The tool that installs into this patient; a Python that is no environment gets one of its own."""
    if bedside.conda:  # where nothing else tells, conda-meta does
        from envdoctor.fixes.tools.conda import Base, Conda

        return Base(bedside) if bedside.guard in ("base", "frozen") else Conda(bedside)
    kind = bedside.kind
    match kind:
        case OriginKind.PIXI:
            from envdoctor.fixes.tools.pixi import Pixi

            return Pixi(bedside)
        case OriginKind.POETRY:
            from envdoctor.fixes.tools.poetry import Poetry, project_of

            if project_of(bedside):
                return Poetry(bedside)
        case OriginKind.PDM:
            from envdoctor.fixes.tools import pdm

            if pdm.project_of(bedside):
                return pdm.Pdm(bedside)
        case OriginKind.PIPENV:
            from envdoctor.fixes.tools import pipenv

            if pipenv.project_of(bedside):
                return pipenv.Pipenv(bedside)
        case OriginKind.PIPX:
            from envdoctor.fixes.tools.applications import Pipx

            return Pipx(bedside)
        case OriginKind.UV_TOOL:
            from envdoctor.fixes.tools.applications import UvTool

            return UvTool(bedside)
        case (
            OriginKind.CONDA_ENV
            | OriginKind.ANACONDA
            | OriginKind.MINICONDA
            | OriginKind.MINIFORGE
            | OriginKind.MICROMAMBA
            | OriginKind.CONDA
        ):
            raise AssertionError(f"{kind} is conda's")
        case OriginKind.VENV | OriginKind.VIRTUALENV | OriginKind.UV_VENV:
            pass
        case (
            OriginKind.PYENV
            | OriginKind.UV_PYTHON
            | OriginKind.STANDALONE
            | OriginKind.MISE
            | OriginKind.ASDF
            | OriginKind.DEBIAN
            | OriginKind.FEDORA
            | OriginKind.ALPINE
            | OriginKind.ARCH
            | OriginKind.OS_PACKAGE
            | OriginKind.DOCKER_PYTHON
            | OriginKind.HOMEBREW
            | OriginKind.PYTHON_ORG
            | OriginKind.XCODE
            | OriginKind.MACPORTS
            | OriginKind.MICROSOFT_STORE
            | OriginKind.INSTALL_MANAGER
            | OriginKind.WINPYTHON
            | OriginKind.NUGET
            | OriginKind.EMBEDDABLE
            | OriginKind.NIX
            | OriginKind.GUIX
            | OriginKind.SPACK
            | OriginKind.EASYBUILD
            | OriginKind.SOURCE
            | OriginKind.UNKNOWN
        ):
            pass  # an installation: nothing is put into it, unless a pyvenv.cfg says that it is an environment
        case _:
            assert_never(kind)
    if bedside.environment:
        from envdoctor.fixes.tools.pip import Venv
        from envdoctor.fixes.tools.uv import UvProject

        in_project = bedside.prefix == bedside.project_path(".venv") and bedside.project_file("uv.lock")
        return UvProject(bedside) if in_project else Venv(bedside)
    from envdoctor.fixes.tools.system import Bare

    return Bare(bedside)
