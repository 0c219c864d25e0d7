"""``pytest --envdoctor``: the environment's line in the header and, if tests fail to import, what explains it at the end.

Entry point ``pytest11``; without the option nothing of envdoctor is imported. https://docs.pytest.org/en/stable/how-to/writing_plugins.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

MOST = 3  # errors that are explained
TRIED = 12  # errors that are looked at for those; each takes a few hundredths of a second
KEPT = 100_000  # characters of the end of an error
IMPORTS = ("ImportError", "ModuleNotFoundError")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Bring the option."""
    parser.addoption(
        "--envdoctor",
        action="store_true",
        help="show the environment in the header, and explain errors of imports at the end (envdoctor)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Take part only if asked: hooks that nobody needs are not even registered."""
    if config.getoption("envdoctor"):
        config.pluginmanager.register(Doctor(), "envdoctor-report")


class Doctor:
    """What ``--envdoctor`` adds to a test run."""

    def __init__(self) -> None:
        self.errors: dict[str, None] = {}

    def pytest_report_header(self) -> str:
        """One line: which Python this is, and how its last check-up would end."""
        from envdoctor import check
        from envdoctor.privacy.text import clean

        try:
            report = check()
        except Exception as error:  # nothing of ours ends their test run
            return clean(f"envdoctor: could not examine this environment: {type(error).__name__}: {error}")
        count = len(report.open)
        found = "healthy" if not count else f"{count} finding{'s' * (count > 1)}, `envdoctor check` shows them"
        patient = report.facts.patient
        origin = ", ".join(str(link.kind) for link in patient.origin[:1]) or "unknown origin"
        return clean(f"envdoctor: {patient.prefix} ({origin}): {found}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that could not be imported."""
        self._keep(report.failed, str(report.longrepr or ""))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test, or what it needs, that failed."""
        self._keep(report.failed, str(report.longrepr or ""))

    def _keep(self, failed: bool, text: str) -> None:
        if failed and any(name in text for name in IMPORTS):
            self.errors.setdefault(text[-KEPT:])

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The explanations, one for each kind of error."""
        if not self.errors:
            return
        from envdoctor.integrations.notebook import explained
        from envdoctor.privacy.text import clean
        from envdoctor.report.why.text import plain

        shown: dict[str, None] = {}
        for text in list(self.errors)[:TRIED]:
            if len(shown) < MOST:
                try:
                    shown.setdefault(explained(plain(text)))
                except Exception as error:  # nothing of ours ends their test run
                    shown.setdefault(clean(f"could not be explained: {type(error).__name__}: {error}"))
        terminalreporter.section("envdoctor")
        for text in shown:
            terminalreporter.write_line(text.strip())
            terminalreporter.write_line("")
