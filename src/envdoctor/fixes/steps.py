"""The steps of a fix, and how the report's JSON writes each."""

from msgspec import Struct


class Run(Struct, frozen=True):
    """A command line, word by word."""

    argv: tuple[str, ...]


class SetEnv(Struct, frozen=True):
    """Set variables in the environment that the patient's programs start in."""

    variables: dict[str, str]


class UnsetEnv(Struct, frozen=True):
    """Remove variables from that environment."""

    names: tuple[str, ...]


class Edit(Struct, frozen=True):
    """Change ``file`` by hand, as ``change`` says."""

    file: str
    change: str


Step = Run | SetEnv | UnsetEnv | Edit


def run(*words: str) -> Run:
    return Run(words)


def as_json(step: Step) -> dict[str, object]:
    """``{"argv": […]}``, ``{"setenv": {…}}``, ``{"unsetenv": […]}`` or ``{"edit": {"file": …, "change": …}}``."""
    match step:
        case Run(argv):
            return {"argv": list(argv)}
        case SetEnv(variables):
            return {"setenv": dict(variables)}
        case UnsetEnv(names):
            return {"unsetenv": list(names)}
        case Edit(file, change):
            return {"edit": {"file": file, "change": change}}
