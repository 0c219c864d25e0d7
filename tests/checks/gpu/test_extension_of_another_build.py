"""GPU015 extension-of-another-build: loud and quiet."""

from typing import Any

import pytest

from envdoctor.engine.findings import Finding
from envdoctor.engine.remedies import Install, InstallBuild
from envdoctor.engine.rules import Severity
from envdoctor.facts import Build, Companion, ImportFailure, Missing
from envdoctor.testing import changed, distribution, findings, gpu, outcome, packages, torch_build
from envdoctor_checks.gpu.extension_of_another_build import extension_of_another_build
from envdoctor_checks.packages.module_does_not_import import module_does_not_import
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
        (torch("2.6.0+cu126", "12.6"), companion("torchaudio", "2.6.0+cu124", cuda="12.4"), Severity.ERROR),
        (torch("2.13.0+cpu", None), companion("torchcodec", "0.17.0+cu130", cuda="13.0"), Severity.ERROR),
        (torch("2.13.0+cpu", None), companion("torchcodec", "0.7.0"), Severity.ERROR),
        (torch("2.13.0+cpu", None), companion("torchaudio", "2.11.0", cuda="13"), Severity.ERROR),
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
        (torch("2.9.1+cu128", "12.8"), companion("torchcodec", "0.9.1+cpu", cpu=True)),  # decodes on the processor
        (torch("2.9.1+cu128", "12.8"), companion("torchcodec", "0.8.0")),
        (torch("2.15.0+cu132", "13.2"), companion("torchcodec", "0.17.0", cuda="13.2")),
        (torch("2.9.1+cu128", "12.8"), companion("torchtext", "0.18.0+cpu", cpu=True)),  # there is no other
        (torch("2.9.1", "12.9"), companion("torchvision", "0.24.1", cuda="12")),  # conda's, by what it is linked to
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


OF_CUDA = (
    companion("torchvision", "0.28.0", cuda="13.0"),
    companion("torchaudio", "2.11.0", cuda="13.0"),
    companion("torchcodec", "0.17.0", cuda="13.0"),
)


def test_all_of_torchs_family_is_one_fault_with_one_command_also_without_a_gpu() -> None:
    place = gpu(builds=[torch("2.13.0+cpu", None)], companions=list(OF_CUDA))
    (finding,) = findings(extension_of_another_build, gpu=place)
    assert finding.title.startswith("torchvision, torchaudio and torchcodec do not go with this torch")
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild)
    assert (way.package, way.cuda, way.last) == ("torchvision", "", "0.28.0")
    assert way.along == ("torchaudio==2.11.0", "torchcodec==0.17.0")


def test_torch_for_the_processor_beside_a_family_for_cuda_is_itself_replaced_where_there_is_a_gpu() -> None:
    (finding,) = judged(torch("2.13.0+cpu", None), *OF_CUDA, driver="580.65.06", cuda_driver_version="13.0")
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild) and way.package == "torch" and way.cuda


def test_devices_that_are_not_known_hide_no_fault_and_clear_no_build_for_the_processor() -> None:
    unknown = Missing("nvml: timed out")
    place = changed(gpu(builds=[torch("2.13.0+cpu", None)], companions=list(OF_CUDA)), devices=unknown)
    assert [item.severity for item in findings(extension_of_another_build, gpu=place)] == [Severity.ERROR]
    cpu = companion("torchvision", "0.28.0+cpu", cpu=True)
    other = changed(gpu(builds=[torch("2.13.0+cu130", "13.0")], companions=[cpu]), devices=unknown)
    assert outcome(extension_of_another_build, gpu=other).status == "unknown"


def test_torchcodec_for_another_torch_is_replaced_by_the_one_for_this() -> None:
    (finding,) = judged(torch("2.10.0+cu128", "12.8"), companion("torchcodec", "0.7.0"))
    assert "built for torch 2.8, and this is 2.10.0+cu128" in finding.title
    (way,) = finding.remedies
    assert isinstance(way, InstallBuild) and (way.last, way.cuda) == ("0.10.*", "12.8")


def test_an_import_that_was_tried_tells_its_words_here_and_is_not_told_twice() -> None:
    vision = distribution("torchvision", "0.21.0")
    failure = ImportFailure(
        distribution=vision.path, module="torchvision", message="RuntimeError: operator torchvision::nms does not exist"
    )
    place = gpu(
        builds=[torch("2.6.0+cu124", "12.4")], companions=[companion("torchvision", "0.21.0+cu126", cuda="12.6")]
    )
    installed = packages(vision, import_failures=[failure])
    (finding,) = findings(extension_of_another_build, gpu=place, packages=installed)
    assert finding.severity is Severity.ERROR and "nms" in str(finding.evidence[-1])
    assert findings(module_does_not_import, gpu=place, packages=installed) == []
    assert findings(module_does_not_import, packages=installed) != []


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
