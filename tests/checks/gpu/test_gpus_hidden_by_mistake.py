"""GPU012 gpus-hidden-by-mistake: loud and quiet."""

import pytest

from envdoctor.engine.remedies import UnsetEnv
from envdoctor.engine.rules import Confidence, Severity
from envdoctor.facts import Device, Seen
from envdoctor.testing import environment, findings, gpu, outcome, torch_build
from envdoctor_checks.gpu.gpus_hidden_by_mistake import gpus_hidden_by_mistake
from tests.checks.gpu._shared import H100, V100, words


def seen(value: str, code: int | None, *capabilities: str | None) -> Seen:
    return Seen(value=value, code=code, capabilities=list(capabilities))


@pytest.mark.parametrize("value", ["all", '"0"', "'0'", "cuda:0", "99", "garbage", "gpu0", "1", "99,0"])
def test_a_value_that_hides_every_gpu_by_mistake_is_found(value: str) -> None:
    place = gpu(H100, builds=[torch_build("13.0")], hidden=f"CUDA_VISIBLE_DEVICES={value}", seen=seen(value, 100))
    (finding,) = findings(gpus_hidden_by_mistake, gpu=place, environment=environment(CUDA_VISIBLE_DEVICES=value))
    assert (finding.rule.code, finding.severity, finding.subject) == (
        "GPU012",
        Severity.WARNING,
        "CUDA_VISIBLE_DEVICES",
    )
    (way,) = finding.remedies
    assert isinstance(way, UnsetEnv) and way.names == ("CUDA_VISIBLE_DEVICES",)


def test_the_reason_is_said() -> None:
    def why(value: str, code: int) -> str:
        place = gpu(H100, V100, builds=[torch_build("13.0")], seen=seen(value, code))
        (finding,) = findings(gpus_hidden_by_mistake, gpu=place, environment=environment())
        return finding.why

    assert "numbers 0 to 1" in why("2", 100)
    assert "twice" in why("0,0", 101)
    assert "quotation marks" in why("'0'", 100)
    assert "names no GPU" in why("cuda:0", 100)


@pytest.mark.parametrize("value", ["", "-1", "none", "NoDevFiles"])
def test_hidden_on_purpose_is_quiet(value: str) -> None:
    place = gpu(H100, builds=[torch_build("13.0")], hidden=f"CUDA_VISIBLE_DEVICES={value}", seen=seen(value, 100))
    assert findings(gpus_hidden_by_mistake, gpu=place, environment=environment(CUDA_VISIBLE_DEVICES=value)) == []


@pytest.mark.parametrize("value", ["0", "0,99", " 0", "+0", "0;1", "GPU-05079c53", "MIG-0", "GPU-05079C53"])
def test_a_value_that_leaves_a_gpu_is_quiet(value: str) -> None:
    place = gpu(H100, builds=[torch_build("13.0")], seen=seen(value, 0, "9.0"))
    assert findings(gpus_hidden_by_mistake, gpu=place, environment=environment(CUDA_VISIBLE_DEVICES=value)) == []


def test_without_a_package_for_gpus_nothing_is_missed() -> None:
    place = gpu(H100, builds=[torch_build(None)], hidden="CUDA_VISIBLE_DEVICES=99", seen=seen("99", 100))
    assert outcome(gpus_hidden_by_mistake, gpu=place, environment=environment()).status == "not-applicable"


def test_a_recording_without_the_drivers_word_is_judged_by_the_variables_rules() -> None:
    place = gpu(H100, builds=[torch_build("13.0")])
    for value, expected in (("0,0", 1), ("7", 1), ("0", 0), ("GPU-05079c53", 0)):
        found = findings(gpus_hidden_by_mistake, gpu=place, environment=environment(CUDA_VISIBLE_DEVICES=value))
        assert len(found) == expected, value


def test_where_the_driver_shows_devices_and_the_rules_say_none_it_is_only_possible() -> None:
    place = gpu(H100, builds=[torch_build("13.0")], seen=seen("all", 0, "9.0"))
    (finding,) = findings(gpus_hidden_by_mistake, gpu=place, environment=environment())
    assert finding.confidence is Confidence.POSSIBLE


@pytest.mark.parametrize(
    ("variable", "vendor", "backend"), [("HIP_VISIBLE_DEVICES", "amd", "rocm"), ("ZE_AFFINITY_MASK", "intel", "xpu")]
)
def test_other_makers_variables_are_read_by_number(variable: str, vendor: str, backend: str) -> None:
    card = Device(vendor=vendor, name=None, architecture="gfx1100", usable=True, source="kfd")
    place = gpu(card, builds=[torch_build(None, backend=backend)])
    (finding,) = findings(gpus_hidden_by_mistake, gpu=place, environment=environment(**{variable: "3"}))
    assert variable in words([finding])
    for value in ("0", "-1", ""):
        assert findings(gpus_hidden_by_mistake, gpu=place, environment=environment(**{variable: value})) == []
