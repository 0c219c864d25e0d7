"""GPU004 jax-without-plugin: loud and quiet."""

from envdoctor.engine.remedies import Install, InstallBuild
from envdoctor.engine.rules import Severity
from envdoctor.fixes import Toolbox
from envdoctor_checks.gpu.jax_without_plugin import jax_without_plugin
from tests.checks.gpu._shared import H100, built
from tests.support.build import distribution, facts, findings, gpu, outcome, packages
from tests.support.cures import argv


def test_jax_without_its_plug_in_is_found() -> None:
    (finding,) = findings(jax_without_plugin, gpu=gpu(H100, builds=[built("jaxlib")]))
    assert (finding.rule.code, finding.severity) == ("GPU004", Severity.WARNING)
    assert finding.remedies == (InstallBuild("jaxlib", "13"),)
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
