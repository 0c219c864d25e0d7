"""A build for another accelerator, in the words of each tool."""

import pytest

from envdoctor.engine.remedies import InstallBuild
from envdoctor.facts import Link
from envdoctor.fixes import Toolbox
from envdoctor.fixes.builds import index_for
from tests.support.build import PREFIX, distribution, facts, packages, patient
from tests.support.cures import argv, argvs


@pytest.mark.parametrize(
    ("cuda", "index"),
    [("13.0", "13.0"), ("13.9", "13.2"), ("13", "13.0"), ("12.2", "12.6"), ("12", "12.6"), ("11.4", "11.8")],
)
def test_torchs_index_is_of_the_drivers_major_version(cuda: str, index: str) -> None:
    assert index_for(cuda)["cuda"] == index


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("uv-venv", f"uv pip install --python {PREFIX} --reinstall-package torch --torch-backend=cu126 torch"),
        ("conda-env", f"conda install --prefix {PREFIX} pytorch=*=*cuda* cuda-version=12"),
        ("pixi", "pixi add pytorch=*=*cuda* cuda-version=12"),
    ],
)
def test_a_build_is_replaced_in_the_patients_own_tool(kind: str, command: str) -> None:
    toolbox = Toolbox(facts(patient=patient(origin=[Link(kind=kind)])))
    fix = toolbox.fix(InstallBuild("torch", "12.2"), "GPU002")
    assert argvs(fix) == [command]
    assert fix.applicability == "unsafe"


def test_with_pip_the_index_is_named_with_the_day_it_was_seen() -> None:
    toolbox = Toolbox(facts(packages=packages(distribution("pip"))))
    fix = toolbox.fix(InstallBuild("torch", "12.2"), "GPU002")
    assert "https://download.pytorch.org/whl/cu126" in argv(fix.steps[0])
    assert index_for("12.2")["seen"] in fix.reason
