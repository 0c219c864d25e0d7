"""Which way the guide points: every combination, then and now."""

import itertools
import re

import pytest

from envdoctor.facts import Facts, Link, Missing, System, Tools
from envdoctor.fixes.shell import Fish, PowerShell, Shell
from envdoctor.guide import statements
from envdoctor.guide.profile import about_blas, profile_of, reasons
from envdoctor.guide.progress import PROGRESS
from envdoctor.guide.routes import Profile, asides, route, routes, statements_used
from envdoctor.report.formats import Style
from envdoctor.report.formats.route import render
from envdoctor.testing import changed, facts, gpu, patient, prefix, torch_build

# (system, gpu, level, prefer): the guide's route, today's, the ids of today's steps. "*" stands for every value.
ROUTES = """
linux   no  beginner conda  | anaconda-2020  | anaconda        | anaconda environment tools navigator record
linux   yes beginner conda  | anaconda-2020  | anaconda        | anaconda environment gpu tools navigator record
linux   no  beginner pip    | anaconda-2020  | uv-beginner     | uv environment tools
linux   yes beginner pip    | anaconda-2020  | uv-beginner     | uv environment gpu tools
linux   no  beginner system | anaconda-2020  | system          | system rest tools record
linux   yes beginner system | anaconda-2020  | system          | system rest gpu tools record
linux   no  advanced conda  | miniforge-2020 | conda-forge     | miniforge channel base environment record
linux   yes advanced conda  | linux-gpu-2020 | conda-forge     | miniforge channel base environment gpu record
linux   no  advanced pip    | pip-2020       | uv              | python environment project record
linux   yes advanced pip    | pip-2020       | uv              | python environment gpu project record
linux   no  advanced system | system-2020    | system          | system rest record
linux   yes advanced system | system-2020    | system          | system rest gpu record
macos   no  beginner conda  | anaconda-2020  | anaconda        | anaconda environment tools navigator record
macos   yes beginner conda  | anaconda-2020  | anaconda        | anaconda environment tools navigator record
macos   no  beginner pip    | anaconda-2020  | uv-beginner     | uv environment tools
macos   yes beginner pip    | anaconda-2020  | uv-beginner     | uv environment tools
macos   no  beginner system | anaconda-2020  | python-and-venv | python environment tools record
macos   yes beginner system | anaconda-2020  | python-and-venv | python environment tools record
macos   no  advanced conda  | miniconda-2020 | conda-forge     | miniforge channel base environment record
macos   yes advanced conda  | miniconda-2020 | conda-forge     | miniforge channel base environment gpu record
macos   no  advanced pip    | pip-2020       | uv              | python environment project record
macos   yes advanced pip    | pip-2020       | uv              | python environment gpu project record
macos   no  advanced system | miniconda-2020 | python-and-venv | python environment record
macos   yes advanced system | miniconda-2020 | python-and-venv | python environment record
windows no  beginner conda  | anaconda-2020  | anaconda        | anaconda environment tools navigator record
windows yes beginner conda  | anaconda-2020  | anaconda        | anaconda environment gpu tools navigator record
windows no  beginner pip    | anaconda-2020  | uv-beginner     | uv environment tools
windows yes beginner pip    | anaconda-2020  | uv-beginner     | uv environment gpu tools
windows no  beginner system | anaconda-2020  | python-and-venv | python environment tools record
windows yes beginner system | anaconda-2020  | python-and-venv | python environment gpu tools record
windows no  advanced conda  | miniconda-2020 | conda-forge     | miniforge channel base environment record
windows yes advanced conda  | miniconda-2020 | conda-forge     | miniforge channel base environment gpu record
windows no  advanced pip    | pip-2020       | uv              | python environment project record
windows yes advanced pip    | pip-2020       | uv              | python environment gpu project record
windows no  advanced system | miniconda-2020 | python-and-venv | python environment record
windows yes advanced system | miniconda-2020 | python-and-venv | python environment gpu record
"""
ROWS = [[cell.split() for cell in line.split("|")] for line in ROUTES.strip().splitlines()]


def who(system: str, gpu: str, level: str, prefer: str) -> Profile:
    return Profile(system=system, gpu=gpu == "yes", level=level, prefer=prefer)


@pytest.mark.parametrize(("combination", "then", "now", "steps"), ROWS, ids="-".join)
def test_the_route_of_each_combination(
    combination: list[str], then: list[str], now: list[str], steps: list[str]
) -> None:
    profile = who(*combination)
    assert [route(profile, "2020").id] == then
    assert [route(profile, "today").id] == now
    assert [step.id for step in route(profile, "today").steps(profile)] == steps


def test_the_table_has_every_combination() -> None:
    every = itertools.product(
        ("linux", "macos", "windows"), ("no", "yes"), ("beginner", "advanced"), ("conda", "pip", "system")
    )
    assert sorted(tuple(row[0]) for row in ROWS) == sorted(every)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[0]))
@pytest.mark.parametrize("shell", [Shell(), Fish(), PowerShell()], ids=lambda shell: shell.name)
def test_every_command_is_ready_to_be_pasted(row: list[list[str]], shell: Shell) -> None:
    profile = who(*row[0])
    for step in route(profile, "today").steps(profile):
        for line in step.lines(profile, shell):
            assert not re.search(r"[{}<]|\bNAME\b|\bENV\b|\bPATH\b", line), line
            assert "--user" not in line


def test_every_step_of_today_has_a_source_and_a_known_tick() -> None:
    for way in routes():
        for step in way.step:
            assert step.statement in statements()
            assert not step.progress or step.progress in PROGRESS
            assert way.era == "2020" or step.source.startswith("https://"), (way.id, step.id)
            assert set(step.commands) <= {"all", "linux", "macos", "windows", "debian", "fedora", "arch", "alpine"}


def test_every_statement_is_printed_by_a_route_or_an_aside() -> None:
    assert statements().keys() - statements_used().keys() == set()
    shown = {key for aside in asides().values() for key in aside.statements}
    assert {key for key in statements() if not key.startswith("rec-")} <= shown


def test_all_on_linear_algebra_is_told_to_somebody() -> None:
    conda = facts(patient=patient(origin=[Link(kind="conda-env")]))
    assert set(about_blas(facts())) | set(about_blas(conda)) == set(asides()["linear-algebra"].statements)


def debian(**changes: object) -> Facts:
    from envdoctor.facts import Installation

    return facts(
        patient=patient(executable="/usr/bin/python3", prefix="/usr", origin=[Link(kind="debian", prefix="/usr")]),
        prefix=prefix(path="/usr", configuration=None, home=None, home_exists=None),
        installation=Installation(places=[], externally_managed="/usr/lib/python3.12/EXTERNALLY-MANAGED"),
        **changes,
    )


@pytest.mark.parametrize(
    ("known", "prefer"),
    [
        (facts(), "pip"),
        (facts(patient=patient(origin=[Link(kind="pixi")])), "conda"),
        (facts(patient=patient(origin=[Link(kind="venv"), Link(kind="miniforge")])), "conda"),
        (debian(), "system"),
        (
            facts(patient=patient(origin=[Link(kind="homebrew")]), system=System(platform="darwin", machine="arm64")),
            "pip",
        ),
    ],
)
def test_the_preference_is_what_the_patient_was_made_with(known: Facts, prefer: str) -> None:
    assert profile_of(known, "advanced", "").prefer == prefer


def test_what_is_done_is_ticked_off() -> None:
    text = render(facts(tools=Tools(commands={"uv": "/usr/bin/uv"})), who("linux", "no", "advanced", "pip"), Style())
    assert "✓ 1." in text and "✓ 2." in text
    assert "? 3." in text  # no project: it cannot be told


def test_the_wrong_recommendation_is_never_given_bare() -> None:
    text = " ".join(render(facts(), who("linux", "yes", "advanced", "conda"), Style(width=80)).split())
    assert "the defaults channel, because conda-forge lacked good support" in text
    assert "Wrong today: conda-forge has CUDA builds" in text
    assert "pytorch cuda-version=12" in text


def test_pip_for_the_user_is_never_advice_of_today() -> None:
    known = debian()
    text = render(known, profile_of(known, "advanced", ""), Style())
    today = text[text.index("Today:") :]
    assert "pip install --user" not in today
    assert "python3 -m venv --system-site-packages .venv" in today


def test_what_speaks_for_pip_or_conda_is_taken_from_the_patient() -> None:
    assert [reason.statement for reason in reasons(facts())] == ["pkg-4"]
    hpc = facts(patient=patient(overlays=["modules"]))
    assert [reason.statement for reason in reasons(hpc)] == ["pkg-1"]


def test_the_statements_are_sourced() -> None:
    for statement in statements().values():
        assert statement.sources and all(source.url.startswith("https://") for source in statement.sources)
        assert statement.status in ("holds", "stronger", "nuance", "outdated", "wrong", "unproven")
        assert statement.since or statement.status == "holds"


def test_the_table_of_coverage_is_what_is_so_and_no_statement_is_idle() -> None:
    from pathlib import Path

    from envdoctor.guide.coverage import rows

    text = (Path(__file__).parent.parent.parent / "docs" / "guide-coverage.md").read_text(encoding="utf-8")
    for row in rows():
        assert f"| {' | '.join(row)} |" in text, "cog -r docs/guide-coverage.md"
        assert row[3:] != ("–", "–"), f"{row[0]} is used by nothing"


def test_a_build_whose_cuda_is_unknown_is_not_taken_for_one_for_the_gpu() -> None:
    unknown = changed(torch_build(), cuda=Missing("libtorch can't be read"))
    assert PROGRESS["gpu-build"](facts(gpu=gpu(builds=[unknown]))) is False
    assert PROGRESS["gpu-build"](facts(gpu=gpu(builds=[unknown, torch_build()]))) is True
