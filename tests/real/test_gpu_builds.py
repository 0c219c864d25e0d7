"""Builds against drivers by the whole command, beside fake libraries of a driver; and real wheels that are large."""

import configparser
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from envdoctor.facts import Packages
from envdoctor.probe.gpu.whole import installed
from envdoctor.probe.world import World
from envdoctor.testing import distribution
from tests.real.test_gpu import add_torch, install
from tests.support.accelerators import H100, LINUX, V100, Card, cuda, nvml, still_running
from tests.support.patients import (
    TIMEOUT,
    Checkup,
    Patient,
    add_distribution,
    checkup,
    clean_environ,
    copy_patient,
    make_venv,
    start,
    write,
)

pytestmark = pytest.mark.real


def test_a_hanging_nvidia_smi_alone_is_unknown_in_time_and_no_fault(bare_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(bare_template, tmp_path / "patient")
    add_torch(patient, "cu132", "13.2")
    smi = f"#!/bin/sh\ntrap '' TERM\n/bin/sleep 60 & wait # {tmp_path}\n"
    write(tmp_path / "bin/nvidia-smi", smi, 0o755)
    environ = clean_environ(PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    statuses = {}
    for options in ((), ("--strict",), ("--select", "GPU")):
        seen = checkup(patient, *options, environ=environ)
        statuses[options] = seen.status
        assert seen.seconds < TIMEOUT + 6  # the check-up's own second and nvidia-smi's five
        assert seen.outcome("GPU008")["status"] == "unknown"
        assert "nvidia-smi" in seen.outcome("GPU008")["reason"]
        assert not [code for code in seen.codes() if code.startswith("GPU")]
        assert seen.left_running == []
    assert statuses == {(): 0, ("--strict",): 3, ("--select", "GPU"): 3}
    assert still_running(f"sleep 60 & wait # {tmp_path}") == []


# --- builds against drivers, by the whole command ---


def gpu_checkup(patient: Patient, folder: Path, *cards: Card, version: int, driver: str = "535.104.05") -> Checkup:
    """A check-up beside the fake libraries of a driver that offers CUDA ``version``."""
    nvml(folder, *cards, driver=driver, library=driver)
    cuda(folder, *cards, version=version)
    return checkup(patient, "--select", "GPU", environ=clean_environ(LD_LIBRARY_PATH=str(folder)))


def test_driver_535_with_torch_for_cuda_13_names_both_versions_and_both_ways_out(
    bare_patient: Patient, tmp_path: Path
) -> None:
    add_torch(bare_patient, "cu132", "13.2")
    seen = gpu_checkup(bare_patient, tmp_path / "lib", H100, version=12020)
    finding = seen.finding("GPU002")
    said = finding["title"] + "".join(row["value"] for row in finding["evidence"])
    assert seen.status == 1
    assert "13.2" in said and "12.2" in said and "535.104.05" in said
    driver, build = finding["fixes"]
    assert "580" in driver["title"] and driver["applicability"] == "manual"
    assert "torch" in str(build["steps"])
    assert seen.codes() == {"GPU002"}


def test_an_h100_fits_torch_2_15s_list(bare_patient: Patient, tmp_path: Path) -> None:
    add_torch(bare_patient, "cu132", "13.2")
    seen = gpu_checkup(bare_patient, tmp_path / "lib", H100, version=13020, driver="595.58.03")
    assert (seen.status, seen.codes()) == (0, set())
    assert seen.outcome("GPU003")["status"] == "passed"
    (build,) = seen.document["facts"]["gpu"]["builds"]
    assert "sm_90" in build["architectures"]


def test_a_v100_is_not_told_to_update_its_driver(bare_patient: Patient, tmp_path: Path) -> None:
    add_torch(bare_patient, "cu132", "13.2")
    seen = gpu_checkup(bare_patient, tmp_path / "lib", V100, version=12020)
    assert "7.0" in seen.finding("GPU003")["title"]
    told = "".join(str(finding["title"]) + str(finding["fixes"]) for finding in seen.document["findings"])
    assert "580" not in told
    assert "update the" not in told + seen.text


def test_within_one_major_version_an_older_driver_runs_it_and_nothing_is_said(
    bare_patient: Patient, tmp_path: Path
) -> None:
    add_torch(bare_patient, "cu128", "12.8")
    seen = gpu_checkup(bare_patient, tmp_path / "lib", H100, version=12020)
    assert (seen.status, seen.codes()) == (0, set())
    assert seen.outcome("GPU002")["status"] == "passed"


def test_no_package_is_imported_to_be_read(bare_template: Patient, tmp_path: Path) -> None:
    patient = copy_patient(bare_template, tmp_path / "patient")
    add_torch(patient, "cpu", None)
    info = "build_info = {'is_cuda_build': True, 'cuda_version': '12.5', 'cuda_compute_capabilities': ['sm_90']}\n"
    write(patient.site / "tensorflow/python/platform/build_info.py", info)
    for name in ("tensorflow", "jax", "jaxlib"):
        add_distribution(patient.site, name, "1.0")
    write(patient.site / "jaxlib/__init__.py", "raise SystemExit('jaxlib was imported')\n")
    for package in ("torch", "tensorflow", "jax", "jaxlib"):
        assert f"{package} was imported" in start(patient, f"import {package}")[1]
    nvml(tmp_path / "lib", H100)
    cuda(tmp_path / "lib", H100, version=13000)
    seen = checkup(patient, environ=clean_environ(LD_LIBRARY_PATH=str(tmp_path / "lib")))
    builds = seen.document["facts"]["gpu"]["builds"]
    assert {build["package"]: build["cuda"] for build in builds} == {
        "torch": None,
        "tensorflow": "12.5",
        "jaxlib": None,
    }
    assert {"GPU001", "GPU004"} <= seen.codes()
    assert "was imported" not in seen.stdout + seen.stderr + seen.text


# --- real wheels ---


def local_wheel(pattern: str) -> Path:
    """A wheel in the folders that pip is told to look for links in; the test is skipped where there is none."""
    folders = os.environ.get("PIP_FIND_LINKS", "").split()
    for file in (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf"):
        config = configparser.RawConfigParser(strict=False)
        config.read(file)
        folders += config.get("global", "find-links", fallback="").split()
    for folder in folders:
        for wheel in sorted(Path(folder).glob(pattern)) if folder.startswith("/") else ():
            return wheel
    pytest.skip(f"no {pattern} in pip's find-links ({', '.join(folders) or 'none set'}), and it is too large to fetch")


def test_torchs_real_build_for_the_cpu_is_read_from_its_files(tmp_path: Path) -> None:
    wheel = local_wheel("torch-*+cpu-cp3*-*.whl")
    (tag,) = re.findall(r"-cp3(\d+)-", wheel.name)[:1]
    python = shutil.which(f"python3.{tag}")
    if python is None:
        pytest.skip(f"{wheel.name} is for Python 3.{tag}, which is not on PATH")
    patient = make_venv(python, tmp_path / "venv")
    install(patient, "--no-index", str(wheel))
    version = wheel.name.split("-")[1]
    torch = distribution("torch", version, location=str(patient.site))
    real = World(root="/", home="/home/ada", cwd="/home/ada", environ=clean_environ(), platform="linux")
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        parts = installed(real, Packages(distributions=[torch]), str(patient.prefix), LINUX)
        seconds.append(time.perf_counter() - began)
    (build,) = parts["builds"]
    assert (build.package, build.version, build.cuda, build.backend) == ("torch", version, None, "cpu")
    assert version.endswith("+cpu")
    assert min(seconds) < 0.03
    seen = gpu_checkup(patient, tmp_path / "lib", H100, version=13000)
    assert seen.finding("GPU001")["severity"] == "warning"
    assert seen.changed == []


def test_jaxlibs_real_wheel_is_for_the_cpu_until_its_plug_in_is_whole(other_python: str, tmp_path: Path) -> None:
    """95 MB of wheels; pjrt, the plug-in's other half (190 MB), is its metadata only."""
    patient = make_venv(other_python, tmp_path / "venv")
    install(patient, "jaxlib==0.10.2")
    finding = gpu_checkup(patient, tmp_path / "lib", H100, version=13000).finding("GPU004")
    assert "jaxlib 0.10.2" in finding["evidence"][0]["value"]
    install(patient, "jax-cuda13-plugin==0.10.2")
    seen = gpu_checkup(patient, tmp_path / "lib", H100, version=13000)
    assert "without jax-cuda13-pjrt" in seen.finding("GPU004")["title"]
    builds = {build["package"]: build["cuda"] for build in seen.document["facts"]["gpu"]["builds"]}
    assert list(builds.values()) == [None, "13"]
    add_distribution(patient.site, "jax-cuda13-pjrt", "0.10.2")
    seen = gpu_checkup(patient, tmp_path / "lib", H100, version=13000)
    assert seen.outcome("GPU004")["status"] == "passed"
