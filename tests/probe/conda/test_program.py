"""Can base's conda and mamba start, by their files and those of all that they need?"""

import json
from pathlib import Path

import pytest

from envdoctor.engine.remedies import RepairConda
from envdoctor.facts import Tools
from envdoctor.facts.conda import CondaProgram
from envdoctor.fixes.target import Target
from envdoctor.fixes.tools.conda_repair import carry_out
from envdoctor.probe.conda.program import Base
from envdoctor.probe.world import World
from envdoctor.testing import conda, facts

SITE = "lib/python3.12/site-packages"
PACKAGES = {  # depends, and files
    "python": ((), ("bin/python",)),
    "conda": (("python", "requests >=2"), ("bin/conda", f"{SITE}/conda/__init__.py")),
    "requests": (("python",), (f"{SITE}/requests/__init__.py",)),
    "mamba": (("libmamba ==2.1",), ("bin/mamba",)),
    "libmamba": (("libsolv",), ("lib/libmamba.so.2.1",)),
    "libsolv": ((), ("lib/libsolv.so.1",)),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, (depends, files) in PACKAGES.items():
        for file in files:
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        record = {"name": name, "version": "1", "build": "0", "depends": depends, "files": files}
        (tmp_path / "conda-meta").mkdir(exist_ok=True)
        (tmp_path / f"conda-meta/{name}-1-0.json").write_text(json.dumps(record))
    return tmp_path


def lacking(root: Path) -> dict[str, list[str]]:
    base = Base(World(home="/", cwd="/", environ={}), str(root), [path.name for path in root.glob("conda-meta/*")])
    found = {name: base.program(name) for name in ("conda", "mamba")}
    return {
        name: [*(path.rpartition("/")[2] for path in program.lost), *(gap.package for gap in program.gaps)]
        for name, program in found.items()
        if program is not None
    }


@pytest.mark.parametrize(
    ("gone", "conda_lacks", "mamba_lacks"),
    [
        ("", [], []),
        (f"{SITE}/requests/__init__.py", ["requests"], []),
        ("bin/python", ["python"], []),
        ("lib/libsolv.so.1", [], ["libsolv"]),
        ("lib/libmamba.so.2.1", [], ["libmamba"]),
        ("bin/mamba", [], ["mamba"]),
    ],
)
def test_each_lacks_what_its_own_closure_lacks(
    root: Path, gone: str, conda_lacks: list[str], mamba_lacks: list[str]
) -> None:
    if gone:
        (root / gone).unlink()
    assert lacking(root) == {"conda": conda_lacks, "mamba": mamba_lacks}


def target(mamba: CondaProgram | None, *commands: str) -> Target:
    known = conda(program=CondaProgram(path="/opt/conda/bin/conda", lost=["/opt/conda/bin/python"]), mamba=mamba)
    tools = Tools(commands={name: f"/opt/conda/bin/{name}" for name in commands})
    return Target(facts(conda=known, tools=tools))


def test_conda_is_mended_by_what_starts() -> None:
    whole = CondaProgram(path="/opt/conda/bin/mamba")
    sick = CondaProgram(path="/opt/conda/bin/mamba", lost=["/opt/conda/bin/mamba"])
    for program, commands, by in (
        (whole, ("conda", "mamba"), "mamba"),
        (sick, ("conda", "mamba"), ""),
        (sick, ("conda", "mamba", "micromamba"), "micromamba"),
        (None, ("conda",), ""),
    ):
        here = target(program, *commands)
        assert "conda" in here.dead and "conda" not in here.commands
        fix = carry_out(here, RepairConda(("requests==1",)))
        assert [step.argv[0] for step in fix.steps if hasattr(step, "argv")] == ([by] if by else [])
