"""A build for another accelerator, in the words of each tool."""

import pytest

from envdoctor.engine.remedies import InstallBuild
from envdoctor.facts import Companion, Link, System
from envdoctor.fixes import Toolbox
from envdoctor.fixes.builds import chosen
from envdoctor.testing import PREFIX, distribution, facts, gpu, nvidia_device, packages, patient, torch_build
from tests.support.cures import argv, argvs


@pytest.mark.parametrize(
    ("cuda", "index"),
    [("13.0", "13.0"), ("13.9", "13.2"), ("13", "13.0"), ("12.2", "12.6"), ("12", "12.6"), ("11.4", "11.8")],
)
def test_torchs_index_is_of_the_drivers_major_version(cuda: str, index: str) -> None:
    offer = chosen(InstallBuild("torch", cuda), "linux-x86_64")
    assert offer and offer.cuda == index


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
    offer = chosen(InstallBuild("torch", "12.2"), "linux-x86_64")
    assert offer and offer.seen in fix.reason


def test_what_is_built_together_with_torch_comes_along() -> None:
    """A torch of another CUDA beside the old torchvision would be the next fault."""
    installed = packages(distribution("pip"), distribution("torch"), distribution("torchvision"))
    fix = Toolbox(facts(packages=installed)).fix(InstallBuild("torch", "12.6", last="2.14.1"), "GPU003")
    assert argv(fix.steps[0])[-2:] == ["torch", "torchvision"]


def test_of_two_releases_for_one_cuda_the_wanted_one_is_pinned() -> None:
    offer = chosen(InstallBuild("torch", "12.8", last="2.10.0"), "linux-x86_64")
    assert offer and offer.requirement == "torch==2.10.0"


def test_a_plug_in_for_another_cuda_goes_before_the_new_one_comes() -> None:
    """JAX refuses two: they register under one name."""
    remedy = InstallBuild("jaxlib", "12", remove=("jax-cuda13-plugin", "jax-cuda13-pjrt"))
    fix = Toolbox(facts(packages=packages(distribution("pip")))).fix(remedy, "GPU003")
    first, second = map(argv, fix.steps)
    assert first[-3:] == ["--yes", "jax-cuda13-plugin", "jax-cuda13-pjrt"]
    assert second[-1] == "jax[cuda12]"


@pytest.mark.parametrize(("system", "machine"), [("linux", "aarch64"), ("win32", "AMD64"), ("darwin", "arm64")])
def test_where_no_index_has_a_build_for_the_system_it_is_said(system: str, machine: str) -> None:
    fix = Toolbox(facts(system=System(platform=system, machine=machine))).fix(
        InstallBuild("tensorflow", "12"), "GPU001"
    )
    assert fix.steps == ()
    assert "no index is known" in fix.title


def test_in_a_conda_environment_what_pip_installed_is_replaced_by_pip() -> None:
    built = gpu(nvidia_device(), builds=[torch_build(None)])
    conda = patient(origin=[Link(kind="conda-env")])
    fix = Toolbox(facts(patient=conda, gpu=built)).fix(InstallBuild("torch", "13.0"), "GPU001")
    assert "conda" not in argv(fix.steps[0])
    assert "torch" in argv(fix.steps[0])


def test_what_is_tied_to_the_present_torch_is_named() -> None:
    tied = distribution("vllm", "0.33.0", ["torch==2.13.0", "numpy"])
    installed = packages(
        distribution("pip"), distribution("torch"), distribution("torchvision", "0.28", ["torch==2.13.0"]), tied
    )
    place = gpu(nvidia_device(), companions=[Companion(package="flash-attn", version="2.8", torch="2.9")])
    fix = Toolbox(facts(packages=installed, gpu=place)).fix(InstallBuild("torch", "12.6", last="2.14.1"), "GPU003")
    assert "flash-attn, vllm for the new torch" in fix.reason


def test_all_of_rapids_comes_back_for_the_other_cuda() -> None:
    remedy = InstallBuild("cudf", "12", remove=("cudf-cu13", "libcudf-cu13", "cuml-cu13", "rmm-cu13"))
    fix = Toolbox(facts(packages=packages(distribution("pip")))).fix(remedy, "GPU002")
    assert argv(fix.steps[1])[-2:] == ["cudf-cu12", "cuml-cu12"]


@pytest.mark.parametrize(("cuda", "word"), [("12.4", "cu124"), ("", "cpu")])
def test_one_of_torchs_family_comes_from_torchs_own_index_and_alone(cuda: str, word: str) -> None:
    fix = Toolbox(facts(packages=packages(distribution("pip")))).fix(
        InstallBuild("torchvision", cuda, last="0.21.0"), "GPU015"
    )
    words = argv(fix.steps[0])
    assert words[-1] == "torchvision==0.21.0"
    assert f"https://download.pytorch.org/whl/{word}" in words
    assert "--no-deps" in words


def test_all_of_torchs_family_comes_in_one_command() -> None:
    remedy = InstallBuild("torchvision", "", last="0.28.0", along=("torchaudio==2.11.0", "torchcodec==0.17.*"))
    fix = Toolbox(facts(packages=packages(distribution("pip")))).fix(remedy, "GPU015")
    (step,) = fix.steps
    assert argv(step)[-3:] == ["torchvision==0.28.0", "torchaudio==2.11.0", "torchcodec==0.17.*"]


def test_pips_torchvision_beside_condas_torch_gives_way_to_condas() -> None:
    conda = patient(origin=[Link(kind="conda-env")])
    built = gpu(
        builds=[torch_build("12.9", build="cuda129_mkl_py312_h1")],
        companions=[Companion(package="torchvision", version="0.24.0", cuda="13.0")],
    )
    remedy = InstallBuild("torchvision", "12.9", last="0.24.0", along=("torchaudio==2.9.0",))
    fix = Toolbox(facts(patient=conda, gpu=built)).fix(remedy, "GPU015")
    away, back = fix.steps
    assert argv(away)[-2:] == ["torchvision", "torchaudio"] and "uninstall" in argv(away)
    assert argv(back) == ["conda", "install", "--prefix", PREFIX, "torchvision", "torchaudio"]
