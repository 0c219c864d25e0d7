"""Remedies that have a tool of their own: each goes to the module that knows the tool's words."""

from typing import assert_never

from envdoctor.engine.remedies import (
    BringAlong,
    CallPip,
    Configure,
    DeleteFiles,
    Errand,
    ExportEnvironment,
    FillGaps,
    GiveBack,
    GivePip,
    LayAgain,
    Lock,
    MakePrivate,
    MendFile,
    NewEnvironment,
    RegisterKernel,
    RemoveKernel,
    RepairConda,
    RestoreConfiguration,
    RestoreRecord,
    RewritePaths,
    SlimBase,
    Sync,
    UpdateConda,
)
from envdoctor.fixes.model import Fix
from envdoctor.fixes.target import Target


def carry_out(target: Target, errand: Errand) -> Fix:
    match errand:
        case Lock() | Sync() | ExportEnvironment() | NewEnvironment():
            from envdoctor.fixes import projects

            return projects.carry_out(target, errand)
        case Configure() | UpdateConda() | SlimBase() | GiveBack() | RewritePaths():
            from envdoctor.fixes.tools import conda_itself

            return conda_itself.carry_out(target, errand)
        case RestoreRecord() | FillGaps() | RepairConda() | LayAgain() | BringAlong():
            from envdoctor.fixes.tools import conda_repair

            return conda_repair.carry_out(target, errand)
        case RegisterKernel() | RemoveKernel():
            from envdoctor.fixes.tools import jupyter

            return (
                jupyter.register(target, errand)
                if isinstance(errand, RegisterKernel)
                else jupyter.remove(target, errand)
            )
        case MendFile():
            from envdoctor.fixes.tools import files

            return files.mend(target, errand)
        case DeleteFiles() | MakePrivate():
            from envdoctor.fixes.tools import files

            return files.delete(errand) if isinstance(errand, DeleteFiles) else files.make_private(target, errand)
        case CallPip() | GivePip() | RestoreConfiguration():
            from envdoctor.fixes.tools import python

            return python.carry_out(target, errand)
        case _:
            assert_never(errand)
