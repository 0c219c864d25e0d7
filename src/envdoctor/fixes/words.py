"""What is said in words and never printed as a command: it would concern others, or what it changes comes back."""

import msgspec

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import SITES, Overlay
from envdoctor.fixes.model import Applicability, Fix
from envdoctor.fixes.steps import Edit, Run, SetEnv, Step, UnsetEnv
from envdoctor.fixes.target import Target

LOADER = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
FORCED = ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "GLIBC_TUNABLES")
MANAGERS = ("apt-get", "apt", "dnf", "yum", "apk", "pacman", "zypper", "emerge")
OF_THE_SYSTEM = ("usermod", "groupadd", "gpasswd", "modprobe", "rmmod", "insmod", "systemctl", "nvidia-smi", "reboot")
STARTED_BY_SHELLS = (
    ".bashrc",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    "config.fish",
    "profile.ps1",
)
SHARED = ("/etc", "/usr", "/opt", "/apps", "/sw", "/cvmfs", "/nix")


def in_words(target: Target, fix: Fix) -> Fix:
    """The fix itself, or its title with the reason why it is nothing to be copied."""
    for step in fix.steps:
        if why := _why_not(target, step):
            title = fix.title
            if isinstance(step, UnsetEnv) and title == f"unset {' and '.join(step.names)}":
                title = f"take what is wrong out of {' and '.join(step.names)}"
            return msgspec.structs.replace(
                fix, title=f"{title} ({why})", steps=(), applicability=Applicability.MANUAL, undo=""
            )
    return fix


def _why_not(target: Target, step: Step) -> str:
    match step:
        case UnsetEnv(names):
            return _of_the_loader(target, names, {})
        case SetEnv(variables):
            return _of_the_loader(target, tuple(variables), variables)
        case Edit(file):
            kept = paths.name(file) in STARTED_BY_SHELLS
            return "a shell's start-up file holds on every machine that shares your home" if kept else ""
        case Run(argv):
            return _of_a_command(target, argv)


def _of_the_loader(target: Target, names: tuple[str, ...], kept: dict[str, str]) -> str:
    """Taking one entry out is a cure; what else a variable of the loader names, somebody needs."""
    if not any(name in LOADER + FORCED for name in names):
        return ""
    if Overlay.MODULES in target.facts.patient.overlays:
        return "`module list` shows what may have put it there; `module unload` takes it out"
    before = {name: [part for part in target.environ.get(name, "").split(":") if part] for name in names}
    if all(name in LOADER and kept.get(name) and set(kept[name].split(":")) < set(before[name]) for name in names):
        return ""
    if any(name in kept for name in names):
        return "set it for the one program that needs it, where that is started"
    return "where it is set; other programs may need what else it names"


def _of_a_command(target: Target, argv: tuple[str, ...]) -> str:
    program, rest = paths.program(argv[0]), argv[1:]
    if program == "sudo":
        words = [word for word in rest if not word.startswith("-")]
        if not words or words[0] not in MANAGERS:
            return "only who administers this computer should run it"
        return ""
    if program in OF_THE_SYSTEM:
        return "it concerns everybody who uses this computer"
    if program in ("chmod", "chown", "chgrp") and _reaches_others(rest):
        return "it concerns everybody who uses these files"
    if program in ("conda", "mamba", "micromamba") and rest[:1] == ("clean",):
        return "where environments were made of soft links, their packages would go, too"
    if "--security-opt" in rest or any("seccomp=unconfined" in word for word in rest):
        return "it takes a protection of the container away"
    return "only those who keep the module tree should change it" if _in_a_tree(target, argv) else ""


def _in_a_tree(target: Target, argv: tuple[str, ...]) -> bool:
    """Whether a Python of a module tree, or what lies in it, would be changed."""
    tree = target.facts.patient.prefix
    if target.environment or not tree or not any(kind in SITES for kind in target.kinds):
        return False
    by_its_pip = paths.within(argv[0], tree) and "pip" in argv
    return by_its_pip or any(paths.within(word, tree) for word in argv[1:])


def _reaches_others(words: tuple[str, ...]) -> bool:
    """All below a folder, or what lies where the system and its programs do."""
    if any((word.startswith("-") and "R" in word) or word == "--recursive" for word in words):
        return True
    return any(paths.inside(word, folder) for word in words for folder in SHARED)
