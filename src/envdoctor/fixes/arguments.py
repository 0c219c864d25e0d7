"""The last look before a command is written: every word of a remedy is what it is taken for.

What a distribution, a channel or a kernel is called was said by the patient, or by somebody's recording. Put into a
command as it stands, ``--index-url=…`` or ``/tmp/evil`` would be an option or a folder to build.
"""

from collections.abc import Iterable, Iterator
from typing import assert_never

import msgspec

from envdoctor.ecosystem.names import CHANNEL, CONDA, CONDA_SPEC, NAME, REQUIREMENT, VERSION, first_that_is_not, is_a
from envdoctor.engine import remedies
from envdoctor.fixes import steps as steps_of
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Step

VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
NUMBER = r"(?:[0-9]+(?:\.[0-9]+)*)?"
PACKAGE = r"[A-Za-z0-9@][A-Za-z0-9@._+-]*"  # of an operating system
KERNEL = r"[A-Za-z0-9_.][A-Za-z0-9._-]*"  # https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs
FOLDER = r"[A-Za-z0-9._-]*"
PATH = r"[^-].*"
SETTING = r"[a-z_][a-z_-]*"
PROGRAM = r"[^-].*"
ARGUMENT = r"-?|--?[A-Za-z][A-Za-z0-9-]*|--|[^-].*"  # an option, if it is one, takes nothing along


def doubtful(remedy: remedies.Remedy) -> str | None:
    """The first word of ``remedy`` that is not what it is taken for; ``None`` where all are."""
    for grammar, words in _words(remedy):
        if (word := first_that_is_not(grammar, words)) is not None:
            return word
    return None


def _words(remedy: remedies.Remedy) -> Iterator[tuple[str, tuple[str, ...]]]:
    match remedy:
        case remedies.Install(requirements, _, _, conda, then):
            yield (CONDA_SPEC, requirements) if conda else (REQUIREMENT, _heads(requirements))
            for kernel in then:
                yield from _words(kernel)
        case remedies.Remove(names):
            yield NAME, names
        case remedies.Replace(remove, install):
            yield NAME, remove
            yield REQUIREMENT, _heads(install)
        case remedies.InstallBuild(package, cuda, _, last, remove, along):
            yield NAME, (package, *remove)
            yield NUMBER, (cuda, last)
            yield REQUIREMENT, _heads(along)
        case remedies.InstallSystem(packages):
            yield from ((PACKAGE, group) for group in packages.values())
        case remedies.Recreate(python):
            yield NUMBER, (python,)
        case remedies.SetEnv(variables) | remedies.KeepEnv(variables):
            yield VARIABLE, tuple(variables)
        case remedies.UnsetEnv(names):
            yield VARIABLE, names
        case remedies.Run(_, argv, _, _, _, then):
            for line in (argv, *then):
                yield PROGRAM, line[:1]
                yield ARGUMENT, tuple(word.replace("\n", " ") for word in line[1:])
        case remedies.Move() | remedies.Edit() | remedies.Manual():
            return  # two paths, moved by words that no path can change; and what a person reads
        case _:
            yield from _of_errand(remedy)


def _of_errand(errand: remedies.Errand) -> Iterator[tuple[str, tuple[str, ...]]]:
    match errand:
        case remedies.NewEnvironment(_, name, folder, packages, pip, channels):
            yield FOLDER, (name,)
            yield PATH, (folder,) if folder else ()
            yield CONDA_SPEC, packages
            yield REQUIREMENT, pip
            yield CHANNEL, channels
        case remedies.Configure(_, changes):
            for verb, key, value, file in map(msgspec.structs.astuple, changes):
                yield SETTING, (verb, key)
                yield PATH, tuple(filter(None, (value, file)))
        case remedies.SlimBase(conda, pip):
            yield CONDA, conda
            yield NAME, pip
        case remedies.GiveBack(distribution, package, pip_version, conda_version):
            yield NAME, (distribution,)
            yield CONDA_SPEC, (f"{package}=={conda_version}" if conda_version else package,)
            yield VERSION, (pip_version,) if pip_version else ()
        case (
            remedies.MendFile()
            | remedies.RestoreRecord()
            | remedies.FillGaps()
            | remedies.RepairConda()
            | remedies.LayAgain()
            | remedies.BringAlong()
        ):
            yield from _of_repair(errand)
        case remedies.DeleteFiles(paths):
            yield PATH, paths
        case remedies.MakePrivate(file):
            yield PATH, (file,)
        case remedies.RegisterKernel(name) | remedies.RemoveKernel(name):
            yield KERNEL, (name,)
        case (
            remedies.Lock()
            | remedies.Sync()
            | remedies.ExportEnvironment()
            | remedies.UpdateConda()
            | remedies.CallPip()
            | remedies.GivePip()
            | remedies.RewritePaths()
            | remedies.RestoreConfiguration()
        ):
            return  # no words of their own
        case _:
            assert_never(errand)


def _of_repair(
    errand: remedies.MendFile
    | remedies.RestoreRecord
    | remedies.FillGaps
    | remedies.RepairConda
    | remedies.LayAgain
    | remedies.BringAlong,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    match errand:
        case remedies.MendFile(file):
            yield PATH, (file,)
        case remedies.RestoreRecord(file, package):
            yield PATH, (file,)
            yield CONDA_SPEC, (package,)
        case remedies.FillGaps(folders):
            yield PATH, tuple(path for pair in folders for path in pair)
        case remedies.RepairConda(packages):
            yield CONDA_SPEC, packages
        case remedies.LayAgain(packages):
            yield CONDA, packages
        case remedies.BringAlong(folder, requirements):
            yield PATH, (folder,)
            yield REQUIREMENT, requirements
        case _:
            assert_never(errand)


def hidden_option(steps: Iterable[Step]) -> str | None:
    """The first word of a command that would be an option with a value, or a program that begins like one: a path of
    the patient's, for options of ours take their values as words of their own."""
    for step in steps:
        if isinstance(step, steps_of.Run):
            program, *words = step.argv
            if (word := first_that_is_not(PROGRAM, (program,))) is not None:
                return word
            if (word := first_that_is_not(ARGUMENT, [word.replace("\n", " ") for word in words])) is not None:
                return word
    return None


def _heads(requirements: tuple[str, ...]) -> tuple[str, ...]:
    """Requirements without their markers, and with their blanks: ``a b`` is no name."""
    return tuple(item.partition(";")[0].strip(" ") for item in requirements)


def by_hand(remedy: remedies.Remedy, word: str) -> Fix:
    """Words in place of a command that would carry ``word`` along."""
    shown = word if is_a(r"[!-~]{1,60}", word) else ascii(word[:60])
    what = getattr(remedy, "title", "") or "no command is printed"
    return Fix(
        title=f"{what}: look at it by hand, for {shown} is no name of a package",
        steps=(),
        applicability=Applicability.MANUAL,
    )
