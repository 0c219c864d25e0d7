"""What the identifiers judge by besides the prefix itself."""

from msgspec import Struct

from envdoctor.ecosystem import paths
from envdoctor.ecosystem.origins import OriginKind
from envdoctor.facts.installation import Place
from envdoctor.facts.interpreter import Interpreter
from envdoctor.facts.patient import Link
from envdoctor.facts.system import System


class Clues(Struct, frozen=True, kw_only=True):
    """The environment variables, what the interpreter says of itself, the system, and a container's marks."""

    variables: dict[str, str] = {}
    interpreter: Interpreter | None = None
    system: System | None = None
    container_files: list[str] = []

    @property
    def windows(self) -> bool:
        return self.system is not None and self.system.platform == "win32"

    def base(self, place: Place) -> Interpreter | None:
        """The interpreter, if what it says of its build concerns ``place``: it is the base of the patient."""
        asked = self.interpreter
        return asked if asked is not None and asked.base_prefix in (place.path, place.real) else None

    def version(self, place: Place) -> str:
        """The version of the base, as far as it is known."""
        base = self.base(place)
        return base.version if base is not None else ""


def made(place: Place, kind: OriginKind, detail: str, *evidence: str) -> Link:
    """A link for ``place``; a prefix that is gone says so."""
    gone = [] if place.exists else [f"{place.path} is gone"]
    return Link(kind=kind.value, detail=detail, prefix=place.path, evidence=[*evidence, *gone])


def parts(path: str) -> list[str]:
    """The components of a path of any system."""
    return paths.parts(path)
