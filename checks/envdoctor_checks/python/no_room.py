"""PY019, PY020, PY021: What the patient lives on is full or read-only, can't take temporary files, or is far away."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Manual, NotApplicable, Rule, Severity, Storage, System, UnsetEnv, check

PY019 = Rule("PY019", "no-room", Severity.WARNING, varies=(Severity.INFO,))
PY020 = Rule("PY020", "temporary-folder-unusable", Severity.INFO)
PY021 = Rule("PY021", "packages-on-a-network", Severity.INFO)
LITTLE, FEW = 64 << 20, 200  # bytes, and files
HARM = {
    "home": "pip, conda, Matplotlib and Jupyter keep their caches and settings there; a notebook's kernel does not start where it can't write",
    "packages": "installing and updating packages fails half-way, and leaves them broken",
    "temporary": "installations unpack there, and programs keep large intermediate results there",
}
SUBJECTS = {"home": "HOME", "packages": "site-packages", "temporary": "TMPDIR"}  # the same on each machine
WORDS = {"home": "your home folder", "packages": "the packages' folder", "temporary": "the folder for temporary files"}


@check(PY019, PY020, PY021)
def no_room(system: System) -> Iterator[Finding]:
    """Quotas count where the file system takes them off what it calls free, as XFS and ZFS do."""
    if not system.storage:
        raise NotApplicable("nobody looked at the file systems")
    for item in system.storage:
        if item.exists:
            yield from _full(item)
        if item.role == "temporary":
            yield from _temporary(item)
        if item.role == "home" and not (item.exists and item.writable):
            yield _home(item)
        if item.role == "packages" and item.network:
            yield _far(item)


def _full(item: Storage) -> Iterator[Finding]:
    if item.read_only:
        return
    few = item.files is not None and item.files < FEW
    if not few and (item.free is None or item.free >= LITTLE):
        return
    left = f"{item.files} new files" if few else f"{(item.free or 0) / 1e6:.0f} MB"
    yield Finding(
        PY019,
        SUBJECTS[item.role],
        (Evidence(WORDS[item.role], item.path), Evidence("left for you", left)),
        f"the disk of {WORDS[item.role]} is full: {left} {'are' if few else 'is'} left for {item.path}",
        f"{HARM[item.role][0].upper()}{HARM[item.role][1:]}.",
        remedies=(
            Manual(
                "delete many small files that you don't need (old environments, caches: `pip cache purge`, `conda clean --all`)"
                if few
                else "make room there: `pip cache purge`, `conda clean --all`, environments that nobody uses"
            ),
        ),
    )


def _home(item: Storage) -> Finding:
    what = (
        "is not there"
        if not item.exists
        else "lies on a disk that can only be read"
        if item.read_only
        else "is not yours to write to"
    )
    return Finding(
        PY019,
        SUBJECTS[item.role],
        (Evidence("HOME", item.path),),
        f"your home folder {what}: {item.path}",
        f"{HARM['home'][0].upper()}{HARM['home'][1:]}.",
        own_severity=Severity.INFO,
        remedies=(Manual("set HOME to a folder that you may write to (in a container: `-e HOME=/tmp`)"),),
    )


def _temporary(item: Storage) -> Iterator[Finding]:
    what = (
        "is not there"
        if not item.exists
        else "can't be written to"
        if not item.writable or item.read_only
        else "lies on a disk from which no program may be started"
        if item.no_execute
        else ""
    )
    if not what:
        return
    why = (
        "Packages that are compiled when they are installed start programs there, and that fails: Permission denied."
        if item.exists and item.writable and not item.read_only
        else "Python falls back to another folder, or to the working directory; compilers, R and shell scripts fail."
    )
    named = item.named_by == "TMPDIR"
    ways = (UnsetEnv(("TMPDIR",)),) if named and not item.exists else (Manual("set TMPDIR to another folder of yours"),)
    yield Finding(
        PY020,
        SUBJECTS[item.role],
        (Evidence(item.named_by or "the usual folder", item.path),),
        f"{'TMPDIR: ' if named else ''}{item.path}, the folder for temporary files, {what}",
        why,
        remedies=ways,
    )


def _far(item: Storage) -> Finding:
    return Finding(
        PY021,
        SUBJECTS[item.role],
        (Evidence("packages", item.path), Evidence("file system", item.network or "")),
        f"the packages lie on a network file system ({item.network})",
        "An import opens thousands of small files, each over the network: starting takes seconds to minutes when many "
        "processes or machines do it at once.",
        nothing_to_do="unless programs start slowly.",
        remedies=(
            Manual("put the environment onto a disk of the machine, or into a container image, which is one file"),
        ),
    )
