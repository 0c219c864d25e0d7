"""What authors of checks test with: the tutorial's own test passes, and nothing has to be installed for it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from envdoctor.api import Missing
from envdoctor.testing import distribution, facts, findings, outcome, packages
from envdoctor_checks.packages.shadowed_distribution import shadowed_distribution

README = Path(__file__).parents[1] / "checks" / "README.md"


def tutorial(folder: Path) -> None:
    """The tutorial's files: each block of Python begins with its name."""
    for code in re.findall(r"```python\n(# (\S+)\n.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        path = folder / code[1]
        path.parent.mkdir(exist_ok=True)
        path.write_text(code[0], encoding="utf-8")


def test_the_tutorials_tests_pass_and_fail_without_the_check(tmp_path: Path) -> None:
    tutorial(tmp_path)
    program = (
        "import sys, test_my_checks as it\n"
        "tests = [name for name in dir(it) if name.startswith('test_')]\n"
        "for name in tests: getattr(it, name)()\n"
        "assert 'pytest' not in sys.modules\n"
        "print(len(tests))\n"
    )

    def run() -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, "-B", "-c", program]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    done = run()
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
    check = tmp_path / "my_checks" / "__init__.py"
    check.write_text(check.read_text(encoding="utf-8").replace('"pandas" for', '"numpy" for'), encoding="utf-8")
    assert run().returncode == 1


def test_a_test_names_only_what_is_different() -> None:
    assert facts().patient.version == "3.12.1"
    assert facts(packages=Missing("not read")).packages == Missing("not read")


def test_findings_are_those_of_a_check_that_came_to_an_end() -> None:
    twice = packages(distribution("lib", "2.0"), distribution("lib", "1.0", location="/usr/lib/python3/dist-packages"))
    assert [finding.rule.code for finding in findings(shadowed_distribution, packages=twice)] == ["PKG006"]
    unread = outcome(shadowed_distribution, packages=Missing("no answer in 10 s"))
    assert (unread.status, unread.reason) == ("unknown", "no answer in 10 s")
    with pytest.raises(AssertionError, match="no answer in 10 s"):
        findings(shadowed_distribution, packages=Missing("no answer in 10 s"))
