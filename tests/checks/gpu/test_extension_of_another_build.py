"""GPU015 extension-of-another-build: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Install, InstallBuild
from envdoctor.engine.rules import Severity
from envdoctor.facts import Build, Companion
from envdoctor.testing import findings, gpu, outcome, torch_build
from envdoctor_checks.gpu.extension_of_another_build import extension_of_another_build
from tests.checks.gpu._shared import H100, words


def torch(version: str, cuda: str | None) -> Build:
    return torch_build(cuda, version=version)


def judged(build: Build | None, *companions: Companion, **changes: Any) -> list[Finding]:
    place = gpu(H100, builds=[build] if build else [], companions=list(companions), **changes)
    return findings(extension_of_another_build, gpu=place)


def companion(package: str, version: str, **changes: Any) -> Companion:
    return Companion(package=package, version=version, **changes)


@pytest.mark.parametrize(
    ("build", "extension", "severity"),
    [
        (torch("2.6.0+cu124", "12.4"), companion("torchvision", "0.21.0+cu126", cuda="12.6"), Severity.WARNING),
        (torch("2.13.0+cpu", None), companion("torchvision", "0.28.0+cu130", cuda="13.0"), Severity.ERROR),
        (torch("2.14.0+cu130", "13.0"), companion("torchvision", "0.29.0+cpu", cpu=True), Severity.WARNING),
        (torch("2.15.0+cu132", "13.2"), companion("torchaudio", "2.11.0+cu128", cuda="12.8"), Severity.ERROR),
        (torch("2.9.0+cu126", "12.6"), companion("xformers", "0.0.33", cuda="12.8", torch="2.9.0"), Severity.WARNING),
        (
            torch("2.9.0+cu128", "12.8"),
            companion("flash-attn", "2.7.4+cu12torch2.6", cuda="12", torch="2.6"),
            Severity.ERROR,
        ),
        (
            torch("2.9.0+cu128", "12.8"),
            companion("torch-scatter", "2.1.2+pt26cu124", cuda="12.4", torch="2.6"),
            Severity.ERROR,
        ),
        (
            torch("2.11.0+cu131", "13.1"),
            companion("bitsandbytes", "0.49.1", binaries=["12.8", "13.0"]),
            Severity.WARNING,
        ),
        (torch("2.15.0+cu132", "13.2"), companion("bitsandbytes", "0.50.2", binaries=["12.8"]), Severity.WARNING),
        (torch("2.9.1+cu130", "13.0"), companion("vllm", "0.16.0", missing=["libcudart.so.12"]), Severity.ERROR),
    ],
)
def test_an_extension_of_another_build_is_found(build: Build, extension: Companion, severity: Severity) -> None:
    (finding,) = judged(build, extension)
    assert (finding.rule.code, finding.severity, finding.subject) == ("GPU015", severity, extension.package)
    assert finding.remedies


@pytest.mark.parametrize(
    ("build", "extension"),
    [
        (torch("2.15.0+cu132", "13.2"), companion("torchvision", "0.29.2", cuda="13.2")),
        (torch("2.15.0+cpu", None), companion("torchvision", "0.29.2+cpu", cpu=True)),
        (torch("2.9.1+cu128", "12.8"), companion("flash-attn", "2.8.3+cu12torch2.9", cuda="12", torch="2.9")),
        (torch("2.6.0+cu126", "12.6"), companion("torch-scatter", "2.1.2+pt26cu124", cuda="12.4", torch="2.6")),
        (torch("2.11.0+cu131", "13.1"), companion("bitsandbytes", "0.50.2", binaries=["12.8", "13.0", "13.2"])),
        (torch("2.9.0+cpu", None), companion("bitsandbytes", "0.49.1", binaries=["12.8"])),
    ],
)
def test_an_extension_that_fits_is_quiet(build: Build, extension: Companion) -> None:
    assert judged(build, extension) == []


def test_torchvision_comes_from_the_index_that_torch_is_of() -> None:
    extension = companion("torchvision", "0.21.0+cu126", cuda="12.6")
    (finding,) = judged(torch("2.6.0+cu124", "12.4"), extension)
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild)
    assert (way.package, way.cuda, way.last) == ("torchvision", "12.4", "0.21.0")


def test_an_onnxruntime_without_cudas_libraries_gets_them_by_its_extras() -> None:
    alone = companion("onnxruntime-gpu", "1.31.1", missing=["libcublasLt.so.13", "libcudnn.so.9"])
    (finding,) = judged(None, alone)
    assert finding.severity is Severity.WARNING
    assert finding.remedies == (Install(("onnxruntime-gpu[cuda,cudnn]",)),)
    assert findings(extension_of_another_build, gpu=gpu(builds=[], companions=[alone])) == []


def test_what_is_not_known_is_said_in_words_with_torch_and_cuda_named() -> None:
    extension = companion("natten", "0.17.5+torch250cu124", cuda="12.4", torch="2.5")
    said = words(judged(torch("2.9.0+cu128", "12.8"), extension))
    assert "torch 2.9 and CUDA 12" in said


def test_without_extensions_it_does_not_apply() -> None:
    place = gpu(H100, builds=[torch_build()])
    assert outcome(extension_of_another_build, gpu=place).status == "not-applicable"
