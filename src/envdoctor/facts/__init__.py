"""What is true of the patient: typed sections, all of them JSON.

`Facts` is the seam of the whole program: probes fill it in, checks read nothing else. A recording
of it made on one machine is judged on another.
"""

from msgspec import Struct

from envdoctor.facts.base import Missing, Obstacle, Section, UnknownFact, known, present
from envdoctor.facts.blas import Blas, Flush, Library, LoadError, OpenMP, Pinned, Product, Trial, Truth
from envdoctor.facts.conda import (
    Conda,
    CondaBase,
    CondaDamage,
    CondaFileProblem,
    CondaGap,
    CondaOverlap,
    CondaProgram,
    CondaRecord,
    CondaSecret,
    CondaSetting,
    CondaSolver,
    CondaStateFile,
)
from envdoctor.facts.cpu import Cpu, Quota
from envdoctor.facts.gpu import Build, Companion, Copy, CudaWheel, Device, Gpu, Layer, LayerStatus, Node, Seen, Shadow
from envdoctor.facts.installation import Installation, Owner, Place
from envdoctor.facts.interpreter import Attempt, Interpreter, Setting, Start, Variables
from envdoctor.facts.jupyter import Jupyter, Kernel
from envdoctor.facts.limits import Limits, TaskLimit, Workers
from envdoctor.facts.measure import Disturbance, Measure, Oversubscription, Row, Speed, Unforced
from envdoctor.facts.packages import Collision, Distribution, Extension, ImportFailure, Packages
from envdoctor.facts.path import Active, Command, Path, PythonPathEntry
from envdoctor.facts.patient import Link, Patient
from envdoctor.facts.prefix import Prefix
from envdoctor.facts.process import Process, Replaced
from envdoctor.facts.project import (
    AskedPython,
    Declaration,
    Locked,
    Member,
    Project,
    Requirement,
    ToolMark,
    Workspace,
)
from envdoctor.facts.system import Machine, Storage, System, Worker
from envdoctor.facts.tools import Tools


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
    environment: Variables | Missing
    interpreter: Interpreter | Missing
    cpu: Cpu | Missing
    packages: Packages | Missing
    blas: Blas | Missing
    project: Project | None | Missing = None
    conda: Conda | None | Missing = None
    tools: Tools | Missing = Tools()
    measure: Measure | None | Missing = None
    limits: Limits | None | Missing = None
    gpu: Gpu | None | Missing = None
    installation: Installation | None | Missing = None
    path: Path | None | Missing = None
    jupyter: Jupyter | None | Missing = None
    machine: Machine | None = None
    process: Process | None | Missing = None


__all__ = [
    "Active",
    "AskedPython",
    "Attempt",
    "Blas",
    "Build",
    "Collision",
    "Command",
    "Companion",
    "Conda",
    "CondaBase",
    "CondaDamage",
    "CondaFileProblem",
    "CondaGap",
    "CondaOverlap",
    "CondaProgram",
    "CondaRecord",
    "CondaSecret",
    "CondaSetting",
    "CondaSolver",
    "CondaStateFile",
    "Copy",
    "Cpu",
    "CudaWheel",
    "Declaration",
    "Device",
    "Distribution",
    "Disturbance",
    "Extension",
    "Facts",
    "Flush",
    "Gpu",
    "ImportFailure",
    "Installation",
    "Interpreter",
    "Jupyter",
    "Kernel",
    "Layer",
    "LayerStatus",
    "Library",
    "Limits",
    "Link",
    "LoadError",
    "Locked",
    "Machine",
    "Measure",
    "Member",
    "Missing",
    "Node",
    "Obstacle",
    "OpenMP",
    "Oversubscription",
    "Owner",
    "Packages",
    "Path",
    "Patient",
    "Pinned",
    "Place",
    "Prefix",
    "Process",
    "Product",
    "Project",
    "PythonPathEntry",
    "Quota",
    "Replaced",
    "Requirement",
    "Row",
    "Section",
    "Seen",
    "Setting",
    "Shadow",
    "Speed",
    "Start",
    "Storage",
    "System",
    "TaskLimit",
    "ToolMark",
    "Tools",
    "Trial",
    "Truth",
    "Unforced",
    "UnknownFact",
    "Variables",
    "Worker",
    "Workers",
    "Workspace",
    "known",
    "present",
]
