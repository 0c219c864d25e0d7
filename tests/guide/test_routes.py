"""Which way the guide points: every combination, then and now."""

import itertools
import re
import tomllib
from typing import Any

import pytest

from envdoctor.facts import Declaration, Device, Facts, Link, Missing, Project, System, Tools
from envdoctor.fixes.shell import Fish, PowerShell, Shell
from envdoctor.guide import statements
from envdoctor.guide.profile import about_blas, profile_of, reasons
from envdoctor.guide.progress import PROGRESS, done
from envdoctor.guide.routes import (
    PREFERENCES,
    Profile,
    asides,
    filled,
    newest_with_wheels,
    route,
    routes,
    statements_used,
)
from envdoctor.report.formats import Style
from envdoctor.report.formats.route import render, render_markdown
from envdoctor.testing import changed, distribution, facts, gpu, nvidia_device, packages, patient, prefix, torch_build

# (system, gpu, level, prefer): the guide's route, today's, the ids of today's steps, on an x86-64 machine.
ROUTES = """
linux   no  beginner conda  | anaconda-2020  | anaconda        | anaconda environment tools navigator record
linux   yes beginner conda  | anaconda-2020  | anaconda        | anaconda environment tools navigator record
linux   no  advanced conda  | miniforge-2020 | conda-forge     | miniforge channel base environment record
linux   yes advanced conda  | linux-gpu-2020 | conda-forge     | miniforge channel base environment gpu record
linux   no  beginner pixi   | anaconda-2020  | pixi            | pixi project tools record
linux   yes beginner pixi   | anaconda-2020  | pixi            | pixi project gpu tools record
linux   no  advanced pixi   | miniforge-2020 | pixi            | pixi project run record
linux   yes advanced pixi   | linux-gpu-2020 | pixi            | pixi project gpu run record
linux   no  beginner pip    | anaconda-2020  | uv-beginner     | uv project tools record
linux   yes beginner pip    | anaconda-2020  | uv-beginner     | uv project gpu tools record
linux   no  advanced pip    | pip-2020       | uv              | python project record
linux   yes advanced pip    | pip-2020       | uv              | python project gpu record
linux   no  beginner venv   | anaconda-2020  | venv            | environment tools record
linux   yes beginner venv   | anaconda-2020  | venv            | environment gpu tools record
linux   no  advanced venv   | pip-2020       | venv            | environment record
linux   yes advanced venv   | pip-2020       | venv            | environment gpu record
linux   no  beginner poetry | anaconda-2020  | poetry          | tool project tools record
linux   yes beginner poetry | anaconda-2020  | poetry          | tool project gpu tools record
linux   no  advanced poetry | pip-2020       | poetry          | tool project record
linux   yes advanced poetry | pip-2020       | poetry          | tool project gpu record
linux   no  beginner pdm    | anaconda-2020  | pdm             | tool project tools record
linux   yes beginner pdm    | anaconda-2020  | pdm             | tool project gpu tools record
linux   no  advanced pdm    | pip-2020       | pdm             | tool project record
linux   yes advanced pdm    | pip-2020       | pdm             | tool project gpu record
linux   no  beginner system | anaconda-2020  | system          | system rest tools record
linux   yes beginner system | anaconda-2020  | system          | system rest gpu tools record
linux   no  advanced system | system-2020    | system          | system rest record
linux   yes advanced system | system-2020    | system          | system rest gpu record
macos   no  beginner conda  | anaconda-2020  | miniforge-mac   | miniforge environment tools record
macos   yes beginner conda  | anaconda-2020  | miniforge-mac   | miniforge environment tools record
macos   no  advanced conda  | miniconda-2020 | conda-forge     | miniforge channel base environment record
macos   yes advanced conda  | miniconda-2020 | conda-forge     | miniforge channel base environment record
macos   no  beginner pixi   | anaconda-2020  | pixi            | pixi project tools record
macos   yes beginner pixi   | anaconda-2020  | pixi            | pixi project tools record
macos   no  advanced pixi   | miniconda-2020 | pixi            | pixi project run record
macos   yes advanced pixi   | miniconda-2020 | pixi            | pixi project run record
macos   no  beginner pip    | anaconda-2020  | uv-beginner     | uv project tools record
macos   yes beginner pip    | anaconda-2020  | uv-beginner     | uv project tools record
macos   no  advanced pip    | pip-2020       | uv              | python project record
macos   yes advanced pip    | pip-2020       | uv              | python project record
macos   no  beginner venv   | anaconda-2020  | venv            | environment tools record
macos   yes beginner venv   | anaconda-2020  | venv            | environment tools record
macos   no  advanced venv   | pip-2020       | venv            | environment record
macos   yes advanced venv   | pip-2020       | venv            | environment record
macos   no  beginner poetry | anaconda-2020  | poetry          | tool project tools record
macos   yes beginner poetry | anaconda-2020  | poetry          | tool project tools record
macos   no  advanced poetry | pip-2020       | poetry          | tool project record
macos   yes advanced poetry | pip-2020       | poetry          | tool project record
macos   no  beginner pdm    | anaconda-2020  | pdm             | tool project tools record
macos   yes beginner pdm    | anaconda-2020  | pdm             | tool project tools record
macos   no  advanced pdm    | pip-2020       | pdm             | tool project record
macos   yes advanced pdm    | pip-2020       | pdm             | tool project record
macos   no  beginner system | anaconda-2020  | python-and-venv | python environment tools record
macos   yes beginner system | anaconda-2020  | python-and-venv | python environment tools record
macos   no  advanced system | miniconda-2020 | python-and-venv | python environment record
macos   yes advanced system | miniconda-2020 | python-and-venv | python environment record
windows no  beginner conda  | anaconda-2020  | anaconda        | anaconda environment tools navigator record
windows yes beginner conda  | anaconda-2020  | anaconda        | anaconda environment tools navigator record
windows no  advanced conda  | miniconda-2020 | conda-forge     | miniforge channel base environment record
windows yes advanced conda  | miniconda-2020 | conda-forge     | miniforge channel base environment gpu record
windows no  beginner pixi   | anaconda-2020  | pixi            | pixi project tools record
windows yes beginner pixi   | anaconda-2020  | pixi            | pixi project gpu tools record
windows no  advanced pixi   | miniconda-2020 | pixi            | pixi project run record
windows yes advanced pixi   | miniconda-2020 | pixi            | pixi project gpu run record
windows no  beginner pip    | anaconda-2020  | uv-beginner     | uv project tools record
windows yes beginner pip    | anaconda-2020  | uv-beginner     | uv project gpu tools record
windows no  advanced pip    | pip-2020       | uv              | python project record
windows yes advanced pip    | pip-2020       | uv              | python project gpu record
windows no  beginner venv   | anaconda-2020  | venv            | environment tools record
windows yes beginner venv   | anaconda-2020  | venv            | environment gpu tools record
windows no  advanced venv   | pip-2020       | venv            | environment record
windows yes advanced venv   | pip-2020       | venv            | environment gpu record
windows no  beginner poetry | anaconda-2020  | poetry          | tool project tools record
windows yes beginner poetry | anaconda-2020  | poetry          | tool project gpu tools record
windows no  advanced poetry | pip-2020       | poetry          | tool project record
windows yes advanced poetry | pip-2020       | poetry          | tool project gpu record
windows no  beginner pdm    | anaconda-2020  | pdm             | tool project tools record
windows yes beginner pdm    | anaconda-2020  | pdm             | tool project gpu tools record
windows no  advanced pdm    | pip-2020       | pdm             | tool project record
windows yes advanced pdm    | pip-2020       | pdm             | tool project gpu record
windows no  beginner system | anaconda-2020  | python-and-venv | python environment tools record
windows yes beginner system | anaconda-2020  | python-and-venv | python environment gpu tools record
windows no  advanced system | miniconda-2020 | python-and-venv | python environment record
windows yes advanced system | miniconda-2020 | python-and-venv | python environment gpu record
"""
ROWS = [[cell.split() for cell in line.split("|")] for line in ROUTES.strip().splitlines()]


PLACE = "/home/ada/fit"


def locked(lock: str, root: str = PLACE) -> Project:
    return Project(
        root=root,
        evidence="pyproject.toml",
        name="fit",
        declarations=[Declaration(file=lock, kind=lock, lock=True)],
    )


def who(system: str, gpu: str, level: str, prefer: str) -> Profile:
    torch = "index" if system == "windows" else "plain"
    return Profile(system=system, gpu=gpu == "yes", level=level, prefer=prefer, torch=torch, url="https://x/whl/cu126")


@pytest.mark.parametrize(("combination", "then", "now", "steps"), ROWS, ids="-".join)
def test_the_route_of_each_combination(
    combination: list[str], then: list[str], now: list[str], steps: list[str]
) -> None:
    profile = who(*combination)
    assert [route(profile, "2020").id] == then
    assert [route(profile, "today").id] == now
    assert [step.id for step in route(profile, "today").steps(profile)] == steps


def test_the_table_has_every_combination() -> None:
    every = itertools.product(("linux", "macos", "windows"), ("no", "yes"), ("beginner", "advanced"), PREFERENCES)
    assert sorted(tuple(row[0]) for row in ROWS) == sorted(every)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row[0]))
@pytest.mark.parametrize("shell", [Shell(), Fish(), PowerShell()], ids=lambda shell: shell.name)
def test_every_command_is_ready_to_be_pasted(row: list[list[str]], shell: Shell) -> None:
    profile = who(*row[0])
    for step in route(profile, "today").steps(profile):
        for line in step.lines(profile, shell):
            assert not re.search(r"[{}]|<(?![\d.]+')|\bNAME\b|\bENV\b|\bPATH\b", line), line
            assert "--user" not in line


def test_every_step_of_today_has_a_source_and_a_known_tick() -> None:
    for way in routes():
        for step in way.step:
            assert step.statement in statements()
            assert not step.progress or step.progress in PROGRESS
            assert way.era == "2020" or step.source.startswith("https://"), (way.id, step.id)
            assert set(step.commands) <= {"all", "linux", "macos", "windows", "debian", "fedora", "arch", "alpine"}
            assert set(step.after) <= {"all", "linux", "macos", "windows"}
            assert set(step.torch) <= {"plain", "index", "none"}
            assert set(step.machines) <= {"x86_64", "arm64"}


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
        (facts(patient=patient(origin=[Link(kind="uv-venv")])), "pip"),
        (facts(patient=patient(origin=[Link(kind="venv")]), tools=Tools(commands={})), "venv"),
        (facts(patient=patient(origin=[Link(kind="venv")]), tools=Tools(commands={"uv": "/usr/bin/uv"})), "pip"),
        (facts(patient=patient(origin=[Link(kind="venv")]), project=locked("poetry.lock")), "poetry"),
        (facts(patient=patient(origin=[Link(kind="pdm")])), "pdm"),
        (facts(patient=patient(origin=[Link(kind="conda-env")]), project=locked("uv.lock")), "pip"),
        (facts(patient=patient(origin=[Link(kind="pixi")])), "pixi"),
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


NUMPY = packages(distribution("numpy"), distribution("scipy"))
EMPTY = Project(root="/home/ada/new", evidence="", declarations=[])
INSIDE = patient(prefix=f"{PLACE}/.venv")
UV = Tools(commands={"uv": "/usr/bin/uv"})


def test_what_is_done_is_ticked_off() -> None:
    text = render(facts(tools=UV, packages=NUMPY), who("linux", "no", "advanced", "pip"), Style())
    assert "✓ 1." in text
    assert "? 2." in text and "? 3." in text  # no project: it cannot be told


def ticks(prefer: str, **sections: Any) -> dict[str, bool | None]:
    """What is ticked of today's route (Linux, no GPU, advanced)."""
    known = facts(**sections)
    profile = who("linux", "no", "advanced", prefer)
    steps = route(profile, "today").steps(profile)
    return {step.id: done(step.progress, step.wants, known) for step in steps}


def test_an_empty_folder_ticks_no_step_of_a_project_however_full_the_patient_is() -> None:
    """The patient is another environment: nobody ran `uv init` and `uv add` here."""
    for prefer in ("pip", "poetry", "pdm", "pixi"):
        said = ticks(prefer, project=EMPTY, packages=NUMPY)
        assert said["project"] is False
        assert said["record"] is False
    assert ticks("pip", project=EMPTY, packages=NUMPY, tools=UV)["python"] is True


def test_a_step_is_ticked_only_where_the_whole_of_it_is_true() -> None:
    before = ticks("pip", project=EMPTY, patient=INSIDE, tools=UV)
    between = ticks("pip", project=locked("uv.lock"), patient=INSIDE, packages=packages(distribution("numpy")))
    after = ticks("pip", project=locked("uv.lock"), patient=INSIDE, packages=NUMPY)
    assert (before["project"], between["project"], after["project"]) == (False, False, True)  # scipy is not there


def test_a_lock_of_another_tool_ticks_nothing() -> None:
    assert ticks("poetry", project=locked("uv.lock"), patient=INSIDE, packages=NUMPY)["project"] is False


def test_a_project_whose_environment_is_elsewhere_can_not_be_told() -> None:
    elsewhere = patient(prefix="/home/ada/other/.venv")
    assert ticks("pip", project=locked("uv.lock"), patient=elsewhere, packages=NUMPY)["project"] is None


def test_poetrys_environment_lies_elsewhere_and_bears_the_projects_name() -> None:
    home = patient(prefix="/home/ada/.cache/pypoetry/virtualenvs/fit-AbCdEf12-py3.13", origin=[Link(kind="poetry")])
    assert ticks("poetry", project=locked("poetry.lock"), patient=home, packages=NUMPY)["project"] is True
    other = patient(prefix="/home/ada/.cache/pypoetry/virtualenvs/else-AbCdEf12-py3.13", origin=[Link(kind="poetry")])
    assert ticks("poetry", project=locked("poetry.lock"), patient=other, packages=NUMPY)["project"] is None


def test_an_environment_without_the_packages_is_not_the_step() -> None:
    assert ticks("venv", packages=packages())["environment"] is False
    assert ticks("venv", packages=NUMPY)["environment"] is True
    assert ticks("conda", packages=packages(distribution("numpy")))["environment"] is False


def test_an_environment_elsewhere_is_not_this_projects() -> None:
    project = Project(root=PLACE, evidence="pyproject.toml", declarations=[])
    assert ticks("venv", packages=NUMPY, project=project, patient=INSIDE)["environment"] is True
    elsewhere = patient(prefix="/home/ada/other/.venv")
    assert ticks("venv", packages=NUMPY, project=project, patient=elsewhere)["environment"] is None


def test_a_requirements_file_is_no_environment_yml() -> None:
    listed = Project(root=PLACE, evidence="", declarations=[Declaration(file="requirements.txt", kind="requirements")])
    assert ticks("venv", project=listed)["record"] is True
    assert ticks("conda", project=listed)["record"] is False


def test_the_wrong_recommendation_is_never_given_bare() -> None:
    known = who("linux", "yes", "advanced", "conda")
    short = " ".join(render(facts(), known, Style(width=80)).split())
    assert "defaults channel" not in short
    text = " ".join(render(facts(), known, Style(width=80), then=True).split())
    assert "the defaults channel, because conda-forge lacked good support" in text
    assert "Wrong today: conda-forge has CUDA builds" in text
    assert "conda install --name work pytorch" in text


def test_todays_route_comes_first_and_is_short_for_an_advanced_user() -> None:
    for prefer in PREFERENCES:
        text = render(facts(), who("linux", "no", "advanced", prefer), Style(width=80))
        assert text.startswith("Today: ")
        assert "2020:" not in text
        assert len(text.splitlines()) <= 30, prefer
    assert len(render(facts(), who("linux", "no", "advanced", "pip"), Style(width=80)).splitlines()) <= 22


def test_a_wiki_page_has_every_command_in_a_fence_and_no_word_of_the_patient() -> None:
    known = facts(patient=patient(executable="/home/ada/secret/bin/python", prefix="/home/ada/secret"))
    profile = who("linux", "yes", "beginner", "pip")
    page = render_markdown(known, profile, Style())
    for step in route(profile, "today").steps(profile):
        for line in step.lines(profile, Shell()):
            assert f"   {line}\n" in page
    assert "secret" not in page and page.count("```") % 2 == 0
    assert "## The guide in 2020: Anaconda" in render_markdown(known, profile, Style(), then=True)


def card(capability: str, driver: str, cuda: str, platform: str = "linux", machine: str = "x86_64") -> Profile:
    place = gpu(nvidia_device("card", capability), driver=driver, cuda_driver_version=cuda)
    return profile_of(facts(gpu=place, system=System(platform=platform, machine=machine)), "advanced", "pip")


@pytest.mark.parametrize(
    ("who_", "torch", "index"),
    [
        (card("9.0", "580.95.05", "13.0"), "plain", "cu132"),
        (card("9.0", "550.54.14", "12.4"), "index", "cu126"),  # PyPI's needs CUDA 13
        (card("7.0", "580.95.05", "13.0"), "index", "cu126"),  # V100
        (card("12.0", "570.124.06", "12.8"), "index", "cu128"),  # RTX 5090 on an old driver
        (card("8.6", "581.29", "13.0", "win32", "AMD64"), "index", "cu130"),  # PyPI's for Windows is for the processor
        (card("8.7", "540.4.0", "12.6", "linux", "aarch64"), "none", ""),  # Jetson Orin
    ],
)
def test_pytorch_comes_from_where_a_build_for_this_gpu_and_driver_is(who_: Profile, torch: str, index: str) -> None:
    assert (who_.torch, who_.index) == (torch, index)
    (step,) = [step for step in route(who_, "today").steps(who_) if step.id == "gpu"]
    assert bool(step.snippet) == (torch == "index")
    if torch == "index":
        snippet = tomllib.loads(filled(step.snippet, who_))["tool"]["uv"]
        assert snippet["index"] == [{"name": f"pytorch-{index}", "url": who_.url, "explicit": True}]
        assert snippet["sources"]["torch"]["index"] == f"pytorch-{index}"
    assert not any(
        "--torch-backend" in line for line in step.lines(who_, Shell())
    )  # a project's lock would not have it


def test_an_amd_gpu_is_led_to_rocm_and_a_display_adapter_to_no_gpu() -> None:
    amd = Device(vendor="amd", name="gfx1100", architecture="gfx1100", usable=True, source="kfd")
    profile = profile_of(facts(gpu=gpu(amd)), "advanced", "pip")
    assert (profile.gpu, profile.torch) == (True, "index") and profile.index.startswith("rocm")
    intel = Device(vendor="intel", name="UHD", usable=False, source="pci")
    assert not profile_of(facts(gpu=gpu(intel)), "advanced", "pip").gpu


def test_conda_environments_for_a_gpu_are_of_one_channel() -> None:
    profile = who("linux", "yes", "beginner", "conda")
    lines = [line for step in route(profile, "today").steps(profile) for line in step.lines(profile, Shell())]
    (create,) = [line for line in lines if line.startswith("conda create")]
    assert "--channel conda-forge --override-channels" in create and "pytorch" in create
    assert not any(line.startswith("conda install") for line in lines)


def test_an_intel_mac_is_not_led_to_anaconda_nor_to_metal() -> None:
    mac = Profile(system="macos", level="beginner", gpu=True, prefer="conda", machine="x86_64")
    assert route(mac, "today").id == "miniforge-mac"
    silicon = changed(mac, machine="arm64")
    assert route(silicon, "today").id == "anaconda-mac"
    for prefer in PREFERENCES:
        intel, arm = (
            Profile(system="macos", level="advanced", gpu=True, prefer=prefer, machine=machine)
            for machine in ("x86_64", "arm64")
        )
        assert "gpu" not in [step.id for step in route(intel, "today").steps(intel)]
        assert prefer == "pixi" or "gpu" in [step.id for step in route(arm, "today").steps(arm)]


def test_the_python_that_is_named_has_wheels_for_what_is_wanted() -> None:
    assert card("9.0", "580.95.05", "13.0").python == newest_with_wheels() == "3.15"
    assert card("7.0", "580.95.05", "13.0").python == "3.14"  # the last PyTorch for a V100 has none for 3.15


def test_pip_for_the_user_is_never_advice_of_today() -> None:
    known = debian()
    today = render(known, profile_of(known, "advanced", ""), Style())
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
        assert row[4:] != ("–", "–"), f"{row[0]} is used by nothing"


def test_a_build_whose_cuda_is_unknown_is_not_taken_for_one_for_the_gpu() -> None:
    unknown = changed(torch_build(), cuda=Missing("libtorch can't be read"))
    assert PROGRESS["gpu-build"](facts(gpu=gpu(builds=[unknown]))) is False
    assert PROGRESS["gpu-build"](facts(gpu=gpu(builds=[unknown, torch_build()]))) is True


def test_the_page_on_what_changed_has_every_statement_with_its_sources_and_their_days() -> None:
    from pathlib import Path

    from tests.guide_page import then_and_now

    text = (Path(__file__).parent.parent.parent / "docs" / "guide-then-and-now.md").read_text(encoding="utf-8")
    assert "\n".join(then_and_now()) in text, "cog -r docs/guide-then-and-now.md"
    for statement in statements().values():
        assert f"**{statement.says}**" in text and statement.since in text
        assert all(f"({source.url}) ({source.seen})" in text for source in statement.sources)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("fit", "fit"),
        ("my fit", "my-fit"),
        ("--evil", "work"),
        ("a\n```\nb", "work"),
        ("$(reboot)", "work"),
        ("Übung", "work"),
    ],
)
def test_a_folders_name_is_a_projects_name_or_is_not_used(folder: str, name: str) -> None:
    known = facts(project=Project(root=f"/home/ada/{folder}", evidence="pyproject.toml", declarations=[]))
    assert profile_of(known, "advanced", "pip").name == name
