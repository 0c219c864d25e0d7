"""GPU004 jax-without-plugin: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.remedies import Install, InstallBuild, Remove
from envdoctor.engine.rules import Severity
from envdoctor.fixes import Toolbox
from envdoctor.testing import distribution, facts, findings, gpu, outcome, packages
from envdoctor_checks.gpu.jax_without_plugin import jax_without_plugin
from tests.checks.gpu._shared import H100, V100, built
from tests.support.cures import argv

pytestmark = pytest.mark.posix  # on Windows the rule does not apply


def test_jax_without_its_plug_in_is_found() -> None:
    (finding,) = findings(jax_without_plugin, gpu=gpu(H100, builds=[built("jaxlib")]))
    assert (finding.rule.code, finding.severity) == ("GPU004", Severity.WARNING)
    way = finding.remedies[0]
    assert isinstance(way, InstallBuild) and (way.package, way.cuda) == ("jaxlib", "13")
    fix = Toolbox(facts()).fix(finding.remedies[0], "GPU004")
    assert argv(fix.steps[0])[-1] == "jax[cuda13]"


def test_an_old_driver_gets_the_older_plug_in() -> None:
    place = gpu(H100, builds=[built("jaxlib")], driver="535.104.05", cuda_driver_version="12.2")
    (finding,) = findings(jax_without_plugin, gpu=place)
    assert argv(Toolbox(facts()).fix(finding.remedies[0], "GPU004").steps[0])[-1] == "jax[cuda12]"


def test_halves_of_different_versions_are_found() -> None:
    place = gpu(H100, builds=[built("jaxlib"), built("jax-cuda13-plugin", "13")])
    (finding,) = findings(jax_without_plugin, gpu=place, packages=packages(distribution("jax-cuda13-pjrt", "0.9.2")))
    assert "0.9.2" in finding.evidence[1].value
    assert finding.remedies == (Install(("jax-cuda13-pjrt==0.10.2",)),)


def test_jax_with_both_halves_or_without_a_gpu_is_quiet() -> None:
    both = [built("jaxlib"), built("jax-cuda13-plugin", "13")]
    installed = packages(distribution("jax-cuda13-pjrt", "0.10.2"))
    assert findings(jax_without_plugin, gpu=gpu(H100, builds=both), packages=installed) == []
    assert outcome(jax_without_plugin, gpu=gpu(builds=[built("jaxlib")])).status == "not-applicable"


def halves(version: str, major: int = 13) -> Any:
    return packages(distribution("jax", "0.10.2"), distribution(f"jax-cuda{major}-pjrt", version))


@pytest.mark.parametrize(("jaxlib", "plugin"), [("0.9.0.1", "0.9.2"), ("0.9.2", "0.4.30"), ("0.12.0", "0.12.0.1")])
def test_a_plug_in_of_another_version_than_jaxlib_is_found(jaxlib: str, plugin: str) -> None:
    """jaxlib compares all numbers and refuses what is not equal."""
    builds = [built("jaxlib", version=jaxlib), built("jax-cuda12-plugin", "12", version=plugin)]
    installed = halves(plugin, 12)
    (finding,) = findings(jax_without_plugin, gpu=gpu(H100, builds=builds), packages=installed)
    assert plugin in finding.title and jaxlib in finding.title
    assert finding.remedies == (Install(("jax[cuda12]==0.10.2",)),)


@pytest.mark.parametrize(("jaxlib", "plugin"), [("0.12.0.1", "0.12.0.1"), ("0.11.2", "0.11.2.dev20261101")])
def test_a_plug_in_whose_numbers_are_jaxlibs_is_quiet(jaxlib: str, plugin: str) -> None:
    builds = [built("jaxlib", version=jaxlib), built("jax-cuda13-plugin", "13", version=plugin)]
    assert findings(jax_without_plugin, gpu=gpu(H100, builds=builds), packages=halves(plugin)) == []


def test_of_two_plug_ins_the_one_that_runs_here_stays() -> None:
    both = [built("jaxlib"), built("jax-cuda12-plugin", "12"), built("jax-cuda13-plugin", "13")]
    (finding,) = findings(jax_without_plugin, gpu=gpu(H100, builds=both))
    assert isinstance(finding.remedies[0], Remove)
    assert finding.remedies[0].names == ("jax-cuda12-plugin", "jax-cuda12-pjrt")
    (older,) = findings(jax_without_plugin, gpu=gpu(V100, builds=both))
    assert isinstance(older.remedies[0], Remove)
    assert older.remedies[0].names == ("jax-cuda13-plugin", "jax-cuda13-pjrt")


def test_a_volta_gets_the_plug_in_for_cuda_12_from_a_new_driver() -> None:
    (finding,) = findings(jax_without_plugin, gpu=gpu(V100, builds=[built("jaxlib")]))
    way = finding.remedies[0]
    assert isinstance(way, InstallBuild) and way.cuda == "12"
