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

    ``force`` reinstalls what is there already; ``conda``: conda's own packages, by its names; ``then``: as of `Run`.
    """

    requirements: tuple[str, ...]
    force: bool = False
    title: str = ""
    conda: bool = False
    then: tuple[tuple[str, ...], ...] = ()


class InstallBuild(Struct, frozen=True):
    """Replace a package by another build of it, from where the patient's tool finds it.

    ``cuda`` is the CUDA version the build should be for (``12.6``, or only ``12``); empty: the newest that is known.
    ``last`` is its release, where several builds for one CUDA are to be told apart; ``remove`` are distributions
    that have to go first.
    """

    package: str
    cuda: str = ""
    title: str = ""
    last: str = ""
    remove: tuple[str, ...] = ()


class Remove(Struct, frozen=True):
    """Take distributions out of the patient."""

    names: tuple[str, ...]
    title: str = ""


class Replace(Struct, frozen=True):
    """Take distributions out, then install requirements anew: one remedy, in this order."""

    remove: tuple[str, ...]
    install: tuple[str, ...]
    title: str = ""


class Recreate(Struct, frozen=True):
    """Make the environment anew with the tool that made it; ``python`` is a version (``3.13``) if another is wanted."""

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
    undone and harms nothing."""

    title: str
    argv: tuple[str, ...]
    safe: bool = False
    reason: str = ""
    undo: str = ""
    then: tuple[tuple[str, ...], ...] = ()


class Manual(Struct, frozen=True):
    """What only a person can do, in words."""

    title: str


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
    | Manual
)
