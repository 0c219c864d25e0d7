"""The twin of a patient is one of Windows, and code that takes its paths for POSIX's fails on it."""

import pytest

from envdoctor.ecosystem import paths
from envdoctor.testing import distribution, facts, findings, interpreter, packages
from envdoctor_checks.python.user_site_leak import user_site_leak
from tests.checks.python._shared import USER
from tests.support import twin


def test_a_twin_has_windows_paths_of_the_same_length_and_can_be_turned_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twin, "_system", True)
    here = facts(packages=packages(distribution("numpy")))
    there = twin.windows(here)
    assert there.prefix.path == "C:\\me\\ada\\fit\\.venv"
    assert len(there.prefix.path) == len(here.prefix.path)
    assert there.system.platform == "win32"
    assert twin.posix(there.packages) == here.packages
    assert twin.posix(f"see {there.prefix.path}, {there.prefix.home}") == f"see {here.prefix.path}, {here.prefix.home}"


def test_a_comparison_that_knows_slashes_only_is_noticed_on_the_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged() -> int:
        both = packages(distribution("numpy", "1.0", location=USER), distribution("numpy", "2.0"))
        lets_in = interpreter(user_site=USER, user_site_enabled=True)
        return len(findings(user_site_leak, packages=both, interpreter=lets_in))

    twin.install(monkeypatch)
    assert judged() == 1
    monkeypatch.setattr(paths, "inside", lambda path, folder: path.startswith(f"{folder}/"))
    assert judged() == 0
