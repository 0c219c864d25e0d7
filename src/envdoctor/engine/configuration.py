"""What the project asks of a check-up; `envdoctor.cli.config` reads it."""

import msgspec


class Suppression(msgspec.Struct, frozen=True):
    """Why a rule's findings are ignored, and until when (ISO date; empty: without end)."""

    reason: str
    until: str = ""


class Config(msgspec.Struct, frozen=True):
    """What the project asks for; ``file`` is where it says so, empty where it says nothing."""

    file: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    suppressions: dict[str, Suppression] = {}
    fail_on: str | None = None
    strict: bool | None = None
    timeout: float | None = None
    level: str | None = None
    prefer: str | None = None
    baseline: str | None = None
