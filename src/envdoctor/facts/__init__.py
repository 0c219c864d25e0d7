"""What is true of the patient: typed sections, all of them JSON.

`Facts` is the seam of the whole program: probes fill it in, checks read nothing else. A recording
of it made on one machine is judged on another.
"""

from msgspec import Struct

from envdoctor.facts.base import Missing, Section, UnknownFact, known
from envdoctor.facts.blas import Blas, Library, LoadError, OpenMP
from envdoctor.facts.cpu import Cpu, Quota
from envdoctor.facts.interpreter import Attempt, Environment, Interpreter, Start
from envdoctor.facts.packages import Collision, Distribution, Extension, Packages
from envdoctor.facts.patient import Link, Patient
from envdoctor.facts.prefix import Prefix
from envdoctor.facts.project import Declaration, Locked, Project, Requirement
from envdoctor.facts.system import System


class Facts(Struct, frozen=True, kw_only=True):
    """Everything known about one patient, at one moment.

    ``recorded`` is the moment of the reading, ISO 8601 in UTC: what depends on the calendar is
    judged by it, not by the clock of whoever judges. A section is ``None`` where there is nothing
    of its kind (no project here), `Missing` where it could not be read.
    """

    recorded: str
    patient: Patient
    start: Start
    prefix: Prefix
    system: System | Missing
    environment: Environment | Missing
    interpreter: Interpreter | Missing
    cpu: Cpu | Missing
    packages: Packages | Missing
    blas: Blas | Missing
    project: Project | None | Missing = None


__all__ = [
    "Attempt",
    "Blas",
    "Collision",
    "Cpu",
    "Declaration",
    "Distribution",
    "Environment",
    "Extension",
    "Facts",
    "Interpreter",
    "Library",
    "Link",
    "LoadError",
    "Locked",
    "Missing",
    "OpenMP",
    "Packages",
    "Patient",
    "Prefix",
    "Project",
    "Quota",
    "Requirement",
    "Section",
    "Start",
    "System",
    "UnknownFact",
    "known",
]
