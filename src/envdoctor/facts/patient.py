"""Which Python is examined, and how it came to be."""

from envdoctor.facts.base import Missing, Section


class Link(Section, frozen=True, kw_only=True):
    """One prefix of the origin's chain: what made it (``kind``, see the interface's list), and how that is known."""

    kind: str
    detail: str = ""
    prefix: str | None = None
    evidence: list[str] = []


class Patient(Section, frozen=True, kw_only=True):
    """The Python under examination.

    ``chosen`` says why this one. ``origin`` has one link a prefix: the environment first, its base
    after it. ``overlays`` names what surrounds it (container, wsl, colab …).
    """

    executable: str | None
    prefix: str | None
    base_prefix: str | None | Missing
    version: str | Missing
    implementation: str | Missing
    chosen: str
    origin: list[Link] = []
    overlays: list[str] = []
