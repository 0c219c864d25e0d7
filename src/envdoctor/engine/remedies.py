"""Remedies: intents, translated into the patient's own tool by `envdoctor.fixes`."""

from msgspec import Struct


class SetEnv(Struct, frozen=True):
    """Set environment variables for the programs the patient runs."""

    variables: dict[str, str]
    title: str = ""


class KeepEnv(Struct, frozen=True):
    """Have variables set whenever the environment is used, by what the tool that made it offers."""

    variables: dict[str, str]
    title: str = ""


class UnsetEnv(Struct, frozen=True):
    """Remove variables from the environment the patient starts in; ``unless`` tells what they may be set for."""

    names: tuple[str, ...]
    title: str = ""
    unless: str = ""


class Install(Struct, frozen=True):
    """Bring distributions (PEP 508 requirements) into the patient, changing as little else as can be.

    ``force`` reinstalls what is there already; ``conda``: conda's own packages, by its names; ``then``: what these are installed for.
    """

    requirements: tuple[str, ...]
    force: bool = False
    title: str = ""
    conda: bool = False
    then: tuple["RegisterKernel", ...] = ()


class InstallBuild(Struct, frozen=True):
    """Replace a package by another build of it, from where the patient's tool finds it.

    ``cuda`` is the CUDA version the build should be for (``12.6``, or only ``12``); empty: the newest that is known.
    ``last`` is its release, where several builds for one CUDA are to be told apart; ``remove`` are distributions
    that have to go first. ``along`` are others of torch's family, as requirements, that come from the same place.
    """

    package: str
    cuda: str = ""
    title: str = ""
    last: str = ""
    remove: tuple[str, ...] = ()
    along: tuple[str, ...] = ()


class Remove(Struct, frozen=True):
    """Take distributions out of the patient."""

    names: tuple[str, ...]
    title: str = ""


class Replace(Struct, frozen=True):
    """Take distributions out, then install requirements again: one remedy, in this order."""

    remove: tuple[str, ...]
    install: tuple[str, ...]
    title: str = ""


class Recreate(Struct, frozen=True):
    """Make the environment again with the tool that made it; ``python`` is a version (``3.13``) if another is wanted."""

    python: str = ""
    title: str = ""
    reason: str = ""


class InstallSystem(Struct, frozen=True):
    """Install packages of the operating system: names by package manager (apt-get, dnf, apk, pacman, zypper, brew).

    Where the patient's system has none of these managers, it becomes words.
    """

    packages: dict[str, tuple[str, ...]]
    title: str = ""


class Move(Struct, frozen=True):
    """Rename a file or folder of the user's, which stands in the way; ``target`` must not exist."""

    source: str
    target: str
    title: str = ""
    reason: str = ""


class Edit(Struct, frozen=True):
    """Change a file by hand: which, and how."""

    file: str
    change: str
    title: str = ""


class Run(Struct, frozen=True):
    """A command line of any other kind, and those that have to follow it (``then``); ``safe`` only if it can be
    undone and harms nothing. For checks of third parties: those of the house say what they want, not how."""

    title: str
    argv: tuple[str, ...]
    safe: bool = False
    reason: str = ""
    undo: str = ""
    then: tuple[tuple[str, ...], ...] = ()


class Lock(Struct, frozen=True):
    """Write down the exact versions of all that the project lists, with the tool that keeps its lock.

    ``file`` is the lock that its list has left behind; empty where there is none yet.
    """

    file: str = ""


class Sync(Struct, frozen=True):
    """Bring the environment in line with the project's files (``files``: those that say what is in it)."""

    files: tuple[str, ...]


class ExportEnvironment(Struct, frozen=True):
    """Write a first list of what the environment is to hold, with the tool that made it."""


class NewEnvironment(Struct, frozen=True):
    """Make another environment: conda's by ``name``, or in ``folder``; without either, the project's own.

    ``packages`` are conda's, ``pip`` distributions that come in after them. ``channels``: from these alone.
    """

    title: str
    name: str = ""
    folder: str = ""
    packages: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    reason: str = ""


class Change(Struct, frozen=True):
    """One setting of conda's: ``verb`` is set, prepend, add, remove or remove-key (which has no ``value``); without a
    ``file``, in the user's own."""

    verb: str
    key: str
    value: str
    file: str | None = None


class Configure(Struct, frozen=True):
    """Change conda's configuration where it is written."""

    title: str
    changes: tuple[Change, ...]
    undo: str = ""


class UpdateConda(Struct, frozen=True):
    """Bring conda itself up to date."""


class SlimBase(Struct, frozen=True):
    """Take packages (conda's, and pip's) out of conda's base."""

    conda: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()


class GiveBack(Struct, frozen=True):
    """Take a distribution of pip's away, and lay down conda's ``package`` again, which it had replaced.

    ``twice``: pip knows of two by this name, and takes one away at a time.
    """

    distribution: str
    package: str
    pip_version: str = ""
    conda_version: str = ""
    twice: bool = False


class MendFile(Struct, frozen=True):
    """Make a text file readable again, keeping the old one beside it.

    ``how``: create (an empty one), aside (nothing in its place), replace (aside, and an empty one), utf-8 (without the
    bytes that are not), utf-16 (which it is, written as UTF-8), mark (without the byte order mark), line (without
    ``line``, from 1).
    """

    file: str
    how: str
    line: int = 0


class RestoreRecord(Struct, frozen=True):
    """Put a record of conda's that can't be read aside, and lay its ``package`` (``name==version``) down again."""

    file: str
    package: str


class FillGaps(Struct, frozen=True):
    """Bring conda's own files back from its package cache: copy what is missing, from each folder to the other."""

    folders: tuple[tuple[str, str], ...]


class LayAgain(Struct, frozen=True):
    """Take conda's ``packages`` (names) out without what needs them, and install them again."""

    packages: tuple[str, ...]
    title: str


class BringAlong(Struct, frozen=True):
    """Install what pip had put into another Python's ``folder`` for this one, and delete the folder.

    ``by_hand`` is what no index has: the folder stays for it.
    """

    folder: str
    requirements: tuple[str, ...]
    title: str
    by_hand: tuple[str, ...] = ()


class RepairConda(Struct, frozen=True):
    """Lay conda and ``packages`` (``name==version``) down again from outside of conda, which does not start."""

    packages: tuple[str, ...]


class DeleteFiles(Struct, frozen=True):
    """Delete files and folders by their absolute paths."""

    paths: tuple[str, ...]
    title: str
    reason: str


class MakePrivate(Struct, frozen=True):
    """Let nobody but its owner read a file."""

    file: str


class RegisterKernel(Struct, frozen=True):
    """Show the environment to Jupyter: in its own prefix, or for the whole ``user``."""

    name: str
    user: bool = False


class RemoveKernel(Struct, frozen=True):
    """Take a kernel off Jupyter's list."""

    name: str
    reason: str


class CallPip(Struct, frozen=True):
    """Call pip through the Python that it is to serve."""


class GivePip(Struct, frozen=True):
    """Give the environment a pip of its own."""


class RewritePaths(Struct, frozen=True):
    """Have conda-pack's script write the environment's new place into its files."""


class RestoreConfiguration(Struct, frozen=True):
    """Write the ``pyvenv.cfg`` that a virtual environment has lost; its packages stay."""


class Manual(Struct, frozen=True):
    """What only a person can do, in words."""

    title: str


Errand = (
    Lock
    | Sync
    | ExportEnvironment
    | NewEnvironment
    | Configure
    | UpdateConda
    | SlimBase
    | GiveBack
    | MendFile
    | RestoreRecord
    | FillGaps
    | RepairConda
    | LayAgain
    | BringAlong
    | DeleteFiles
    | MakePrivate
    | RegisterKernel
    | RemoveKernel
    | CallPip
    | GivePip
    | RewritePaths
    | RestoreConfiguration
)
Remedy = (
    SetEnv
    | KeepEnv
    | UnsetEnv
    | Install
    | InstallBuild
    | InstallSystem
    | Remove
    | Replace
    | Recreate
    | Move
    | Edit
    | Run
    | Errand
    | Manual
)
# What a patient is after one of these can be told from its facts.
FORETOLD = (SetEnv, UnsetEnv, Install, Remove, Replace, DeleteFiles)
