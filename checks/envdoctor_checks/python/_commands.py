"""Where a command on PATH leads."""

from envdoctor.api import Command, Evidence


def where_it_leads(command: Command) -> Evidence:
    """Where a command on PATH leads."""
    prefix = command.prefix if isinstance(command.prefix, str) else "?"
    how = f" ({', '.join(command.via)})" if command.via else ""
    return Evidence(command.name, f"{command.path} is of {prefix}{how}")
