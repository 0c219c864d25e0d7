"""Projects as large as they get are read quickly. `benchmarks/projects.py` has the times: 150 ms are promised for each."""

import time
from pathlib import Path

import pytest

from envdoctor.facts import Project
from envdoctor.probe.project.whole import find
from envdoctor.probe.world import World
from tests.support.large_projects import LARGE, put

GENEROUS = 0.6  # seconds of processor time


@pytest.mark.parametrize("name", LARGE)
def test_a_large_project_is_read_quickly(tmp_path: Path, name: str) -> None:
    put(tmp_path, LARGE[name]())
    world = World(home="/nowhere", cwd=str(tmp_path), environ={})
    spent = []
    for _ in range(2):
        begin = time.process_time()
        found = find(world, str(tmp_path))
        spent.append(time.process_time() - begin)
    assert isinstance(found, Project)
    assert found.unreadable == {}
    rows = [row for item in found.declarations for listed in (item.locked, item.requirements) for row in listed or ()]  # type: ignore[union-attr]
    assert len(rows) > 300
    assert min(spent) < GENEROUS
