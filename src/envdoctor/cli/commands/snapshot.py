"""``envdoctor snapshot``."""

import os

import click
from msgspec import structs

from envdoctor.cli import session
from envdoctor.cli.commands import options
from envdoctor.cli.head_start import HeadStart
from envdoctor.engine.selection import UsageError
from envdoctor.facts import Machine
from envdoctor.probe.world import World


@click.command("snapshot", short_help="Record the facts, to be judged or compared elsewhere.")
@options.python
@options.timeout
@options.project
@options.deep
@click.option(
    "-o",
    "--output",
    "path",
    metavar="FILE",
    help="Where to; else standard output. {host}, {rank}, {local_rank} and {job} are filled in, and folders are made for them.",
)
@options.force
@click.option(
    "--label", metavar="NAME", help="What this machine is called in `envdoctor fleet`. [a hash of the host's name]"
)
@click.option("--no-redact", is_flag=True, help="Leave your name, home and host in it; credentials never stay.")
@click.pass_obj
def command(
    head: HeadStart,
    /,
    *,
    pythons: tuple[str, ...],
    timeout: float | None,
    project: str | None,
    deep: bool,
    path: str | None,
    force: bool,
    label: str | None,
    no_redact: bool,
) -> int:
    """Record the facts, without your name, home, host or credentials, to be judged or compared elsewhere.

    \b
    envdoctor snapshot -o mine.json
    envdoctor check --facts mine.json
    srun envdoctor snapshot -o 'run/{rank}.json'     a file a task …
    srun envdoctor snapshot -o 'run/{host}.json'     … or one a machine
    """
    readers = session.Readers(head, pythons, None, project)
    if len(pythons) > 1:
        raise UsageError("--python: a snapshot is of one patient; make one for each")
    from envdoctor.probe.machine import identity, mpi

    machine = identity.read(readers.world, label, no_redact)
    if path and identity.has_places(path):
        if not identity.chosen(path, machine, readers.world):
            return 0  # another process on this machine writes it
        path = _filled(path, machine, readers.world)
    session.refuse_all([path], force)
    status = 0
    for facts in readers.read(timeout, deep=deep):
        made = structs.replace(machine, mpi=mpi.read(readers.world, facts, machine.launcher))
        text = session.recording(structs.replace(facts, machine=made), readers.world, no_redact)
        if path:
            session.write(path, text, force)
        else:
            session.emit(text)
        status = session.hindered([facts])
    return status


def _filled(pattern: str, machine: Machine, world: World) -> str:
    """The file that a pattern names here, its folder made."""
    from envdoctor.probe.machine.identity import PlaceholderError, filled

    try:
        path = filled(pattern, machine, world)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    except PlaceholderError as error:
        raise UsageError(f"-o {pattern}: {error}") from None
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from None
    return path
