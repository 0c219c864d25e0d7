"""One section that can't be read, in a way that nobody foresaw, costs that section and no other."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from envdoctor.checkup import Options, diagnose, settings
from envdoctor.engine.configuration import Config
from envdoctor.engine.plugins import built_in
from envdoctor.engine.selection import Selection
from envdoctor.facts import Facts, Missing
from envdoctor.probe.choose import Choice
from envdoctor.probe.gather import gather
from envdoctor.probe.interrogation import Interrogation
from envdoctor.probe.world import World
from envdoctor.report.formats import Style, renderer

SECTIONS = ("system", "cpu", "tools", "packages", "conda", "limits", "gpu", "installation", "path", "jupyter", "blas")


class Hostile(World, frozen=True, kw_only=True):
    """A machine on which whatever lies at a path with ``fault`` in it fails as no file system should."""

    fault: str

    def real(self, path: str) -> str:
        if self.fault in path:
            raise RuntimeError(f"no {self.fault}")
        return path


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[tuple[Choice, Interrogation, Path]]:
    choice = Choice(executable=sys.executable, prefix=sys.prefix, chosen="a test")
    interview = Interrogation(sys.executable, 10, dict(os.environ))
    yield choice, interview, tmp_path
    interview.close()


def told(facts: Facts) -> dict[str, str]:
    values = {name: getattr(facts, name) for name in SECTIONS}
    return {name: value.reason for name, value in values.items() if isinstance(value, Missing)}


@pytest.mark.parametrize(
    ("fault", "missing"),
    [
        ("os-release", ["system"]),
        ("cpuinfo", ["cpu"]),
        ("self/cgroup", ["cpu", "limits"]),
        ("/sys/bus/pci", ["gpu"]),
        ("condarc", ["conda"]),
        ("share/jupyter", ["jupyter"]),
        ("dist-info", ["packages", "gpu"]),
    ],
)
def test_a_fault_costs_its_section_only(
    patient: tuple[Choice, Interrogation, Path], fault: str, missing: list[str]
) -> None:
    choice, interview, home = patient
    world = Hostile(home=str(home), cwd=str(home), environ=dict(os.environ), platform="linux", fault=fault)
    facts = gather(choice, interview, world)
    reasons = told(facts)
    assert sorted(reasons) == sorted(missing)
    assert all(f"RuntimeError: no {fault}" in reason for reason in reasons.values())
    collection = built_in()
    plan = Options(collection, Selection(), Config(), settings(Config(), None, False, (), collection.checks))
    report = diagnose(facts, plan, 0)
    assert not [item for item in report.outcomes if "check itself failed" in item.reason]
    text = " ".join(renderer("text")([report], Style()).split())
    assert f"RuntimeError: no {fault}" in text
