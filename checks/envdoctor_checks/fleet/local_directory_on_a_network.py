"""FLT011: workers store what does not fit into memory on a file system that machines share."""

from collections.abc import Iterator

from envdoctor.api import Evidence, Finding, Fleet, Manual, Rule, Severity, check

FLT011 = Rule("FLT011", "local-directory-on-a-network", Severity.WARNING)
SHARED = (
    "nfs",
    "nfs4",
    "lustre",
    "gpfs",
    "beegfs",
    "ceph",
    "cifs",
    "smb3",
    "afs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "9p",
    "panfs",
    "wekafs",
)


@check(FLT011)
def local_directory_on_a_network(fleet: Fleet) -> Iterator[Finding]:
    """By the type of the file system that the worker's local directory lies on."""
    found = [
        (member, member.worker)
        for group in fleet.groups
        for member in group.members
        if member.worker and member.worker.file_system in SHARED
    ]
    if found:
        rows = [
            Evidence(member.name, f"{worker.local_directory} ({worker.file_system})") for member, worker in found[:12]
        ]
        first = found[0][1]
        yield Finding(
            FLT011,
            first.file_system or "",
            tuple(rows),
            f"workers store data on a network file system ({first.file_system}): {first.local_directory}",
            "What does not fit into memory is written there and read again, many small files, and files are locked: over a "
            "network all workers wait for one server.",
            remedies=(
                Manual("Start the workers with `--local-directory` on a disk of the machine, such as `$TMPDIR`"),
            ),
            members=tuple(member.name for member, _ in found),
        )
