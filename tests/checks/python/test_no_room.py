"""PY019, PY020, PY021: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.checks import Status
from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Manual, UnsetEnv
from envdoctor.engine.rules import Severity
from envdoctor.facts import Storage, System
from envdoctor.testing import findings, outcome
from envdoctor_checks.python.no_room import no_room


def storage(role: str, **changes: Any) -> Storage:
    values: dict[str, Any] = {"role": role, "path": f"/{role}", "free": 10**10, "files": 10**6}
    return Storage(**(values | changes))


def judged(*items: Storage) -> list[Finding]:
    return findings(no_room, system=System(platform="linux", machine="x86_64", storage=list(items)))


@pytest.mark.parametrize("role", ["home", "packages", "temporary"])
@pytest.mark.parametrize(
    ("changes", "said"), [({"free": 1 << 20}, "1 MB is left"), ({"files": 3}, "3 new files are left")]
)
def test_a_full_disk_is_named_with_what_is_left(role: str, changes: dict[str, int], said: str) -> None:
    (finding,) = judged(storage(role, **changes))
    assert (finding.rule.code, finding.severity, role in finding.title) == ("PY019", Severity.WARNING, True)
    assert said in finding.title


@pytest.mark.parametrize(
    "changes", [{"exists": False, "writable": False}, {"writable": False}, {"writable": False, "read_only": True}]
)
def test_a_home_that_nobody_can_write_to_is_worth_knowing(changes: dict[str, bool]) -> None:
    (finding,) = judged(storage("home", **changes))
    assert (finding.rule.code, finding.severity) == ("PY019", Severity.INFO)


@pytest.mark.parametrize(
    ("changes", "said", "kind"),
    [
        ({"exists": False, "writable": False, "named_by": "TMPDIR"}, "is not there", UnsetEnv),
        ({"writable": False, "named_by": "TMPDIR"}, "can't be written to", Manual),
        ({"no_execute": True}, "from which no program may be started", Manual),
    ],
)
def test_a_folder_for_temporary_files_that_does_not_serve(changes: dict[str, Any], said: str, kind: type) -> None:
    (finding,) = judged(storage("temporary", **changes))
    assert finding.rule.code == "PY020"
    assert said in finding.title
    assert isinstance(finding.remedies[0], kind)


def test_packages_on_a_network_are_told_and_a_home_there_is_not() -> None:
    (finding,) = judged(storage("packages", network="nfs4"), storage("home", network="nfs4"))
    assert finding.rule.code == "PY021"
    assert "nfs4" in finding.title


def test_healthy_disks_and_those_that_count_nothing_are_quiet() -> None:
    assert judged(storage("home"), storage("packages"), storage("temporary")) == []
    assert judged(storage("home", free=None, files=None), storage("packages", read_only=True, free=0)) == []


def test_where_nobody_looked_nothing_is_passed() -> None:
    assert outcome(no_room, system=System(platform="win32", machine="AMD64")).status is Status.NOT_APPLICABLE
