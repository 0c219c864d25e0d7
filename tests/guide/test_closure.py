"""Where a route leads is judged by our own rules: none may have a warning for who has followed one."""

import shutil
import subprocess

import pytest

from envdoctor.ecosystem import accelerators
from envdoctor.ecosystem.versions import numbers
from envdoctor.engine.plugins import built_in
from envdoctor.facts import Build, CondaRecord, Facts, Link, System
from envdoctor.fixes.shell import Shell
from envdoctor.guide.profile import profile_of
from envdoctor.testing import conda, distribution, facts, gpu, nvidia_device, outcome, packages, patient, prefix, record
from envdoctor_checks.gpu import CHECKS as GPU_CHECKS
from tests.gpu_builds import CARDS, DRIVERS
from tests.routes_table import profiles, proof, way


def loud(known: Facts) -> list[str]:
    """What the built-in checks say above a note."""
    sections = {name: getattr(known, name) for name in known.__struct_fields__}
    said = []
    for loaded in built_in().checks:
        needs = {name: sections[name] for name in loaded.check.needs if name in sections}
        for item in outcome(loaded.check, **needs).findings:
            if (item.own_severity or item.rule.severity).value != "info":
                said.append(f"{item.rule.code} {item.title}")
    return said


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card[0])
def test_the_pytorch_of_every_route_runs_on_the_card_with_the_driver(card: tuple[str, str, str]) -> None:
    _, capability, name = card
    system = System(platform=name.partition("-")[0], machine=name.partition("-")[2])
    for driver in DRIVERS:
        if not accelerators.knows(accelerators.Driver(version=driver), capability).runs:
            continue
        cuda = accelerators.dotted(accelerators.cuda_of_branch(int(driver.partition(".")[0])) or ())
        place = gpu(nvidia_device("card", capability), driver=driver, cuda_driver_version=cuda)
        who = profile_of(facts(gpu=place, system=system), "advanced", "pip")
        if who.torch == "none":
            continue
        rows = accelerators.offers("torch", name)
        row = next(row for row in rows if row.index == who.url and row.requirement == who.requirement)
        assert numbers(row.python[0]) <= numbers(who.python) <= numbers(row.python[1])
        built = Build(
            package="torch", version=row.last, cuda=row.cuda, architectures=list(row.architectures), backend="cuda"
        )
        after = gpu(nvidia_device("card", capability), driver=driver, cuda_driver_version=cuda, builds=[built])
        sections = {"gpu": after, "system": system, "packages": packages(), "patient": patient(version="3.12.4")}
        assert [item.title for check in GPU_CHECKS for item in outcome(check, **sections).findings] == [], driver


def science(channel: str, *more: str) -> list[CondaRecord]:
    return [record(name, channel=channel, subdir="linux-64") for name in ("python", "numpy", "scipy", *more)]


def environment(kind: str, records: list[CondaRecord], channels: list[str]) -> Facts:
    packed = conda(*records, channels=channels, channel_priority="strict", is_base=False)
    return facts(
        patient=patient(origin=[Link(kind="pixi" if kind == "pixi" else "conda-env"), Link(kind=kind)]),
        prefix=prefix(conda_meta=True, configuration=None),
        packages=packages(distribution("numpy", installer="conda"), distribution("scipy", installer="conda")),
        conda=packed,
    )


def test_what_the_guide_of_2020_led_to_is_not_well() -> None:
    """Anaconda's environment with PyTorch from conda-forge in it: these tests can see it."""
    mixed = [*science("defaults"), record("pytorch", channel="conda-forge", subdir="linux-64")]
    assert any(item.startswith("CON001") for item in loud(environment("anaconda", mixed, ["defaults"])))


@pytest.mark.parametrize(
    ("kind", "records", "channels"),
    [
        ("miniforge", science("conda-forge"), ["conda-forge"]),
        ("miniforge", science("conda-forge", "pytorch"), ["conda-forge"]),
        ("anaconda", science("defaults", "matplotlib", "jupyterlab"), ["defaults"]),
        ("anaconda", science("conda-forge", "matplotlib", "jupyterlab", "pytorch"), ["defaults"]),
        ("pixi", science("conda-forge"), ["conda-forge"]),
    ],
)
def test_the_environments_of_conda_that_the_routes_make_are_well(
    kind: str, records: list[CondaRecord], channels: list[str]
) -> None:
    assert [item for item in loud(environment(kind, records, channels)) if item.startswith("CON")] == []


def test_what_is_said_to_be_parsed_is_parsed_by_a_shell() -> None:
    lines = [
        line
        for who in profiles()
        for step in way(who).steps(who)
        if proof(who, step) == "parsed"
        for line in step.lines(who, Shell())
    ]
    assert len(lines) > 100
    shell = shutil.which("bash") or "sh"
    done = subprocess.run([shell, "-n"], input="\n".join(lines), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
