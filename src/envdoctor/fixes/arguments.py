"""The last look before a command is written: every word of a remedy is what it is taken for.

What a distribution, a channel or a kernel is called was said by the patient, or by somebody's recording. Put into a
command as it stands, ``--index-url=…`` or ``/tmp/evil`` would be an option or a folder to build.
"""

from collections.abc import Iterator

from envdoctor.ecosystem.names import CONDA_SPEC, NAME, REQUIREMENT, first_that_is_not, is_a
from envdoctor.engine.remedies import (
    Install,
    InstallBuild,
    InstallSystem,
    KeepEnv,
    Recreate,
    Remedy,
    Remove,
    Replace,
    Run,
    SetEnv,
    UnsetEnv,
)
from envdoctor.fixes.model import Applicability, Fix

VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
NUMBER = r"(?:[0-9]+(?:\.[0-9]+)*)?"
PACKAGE = r"[A-Za-z0-9@][A-Za-z0-9@._+-]*"  # of an operating system
PROGRAM = r"[^-].*"
ARGUMENT = r"-?|--?[A-Za-z][A-Za-z0-9-]*|--|[^-].*"  # an option, if it is one, takes nothing along


def doubtful(remedy: Remedy) -> str | None:
    """The first word of ``remedy`` that is not what it is taken for; ``None`` where all are."""
    for grammar, words in _words(remedy):
        if (word := first_that_is_not(grammar, words)) is not None:
            return word
    return None


def _words(remedy: Remedy) -> Iterator[tuple[str, tuple[str, ...]]]:
    match remedy:
        case Install(requirements, _, _, conda, then):
            yield (CONDA_SPEC, requirements) if conda else (REQUIREMENT, _heads(requirements))
            yield from ((ARGUMENT, argv[1:]) for argv in then)
        case Remove(names):
            yield NAME, names
        case Replace(remove, install):
            yield NAME, remove
            yield REQUIREMENT, _heads(install)
        case InstallBuild(package, cuda, _, last, remove):
            yield NAME, (package, *remove)
            yield NUMBER, (cuda, last)
        case InstallSystem(packages):
            yield from ((PACKAGE, group) for group in packages.values())
        case Recreate(python):
            yield NUMBER, (python,)
        case SetEnv(variables) | KeepEnv(variables):
            yield VARIABLE, tuple(variables)
        case UnsetEnv(names):
            yield VARIABLE, names
        case Run(_, argv, _, _, _, then):
            for line in (argv, *then):
                yield PROGRAM, line[:1]
                yield ARGUMENT, tuple(word.replace("\n", " ") for word in line[1:])


def _heads(requirements: tuple[str, ...]) -> tuple[str, ...]:
    """Requirements without their markers, and with their blanks: ``a b`` is no name."""
    return tuple(item.partition(";")[0].strip(" ") for item in requirements)


def by_hand(remedy: Remedy, word: str) -> Fix:
    """Words in place of a command that would carry ``word`` along."""
    shown = word if is_a(r"[!-~]{1,60}", word) else ascii(word[:60])
    what = getattr(remedy, "title", "") or "no command is printed"
    return Fix(
        title=f"{what}: look at it by hand, for {shown} is no name of a package",
        steps=(),
        applicability=Applicability.MANUAL,
    )
