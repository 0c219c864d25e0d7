"""Real wheels from PyPI, and the whole command beside libraries that hang."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.accelerators import H100, HANG, V100, cuda, nvml, still_running
from tests.support.patients import Patient, add_distribution, checkup, clean_environ, make_venv, write

pytestmark = pytest.mark.real


def install(patient: Patient, *requirements: str) -> None:
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--python", str(patient.python)]
    subprocess.run([*uv, *requirements], check=True)


def test_the_two_naming_schemes_of_one_cudnn_collide(other_python: str, tmp_path: Path) -> None:
    """The small relatives of nvidia-cudnn-cu12 and -cu13, which collide in the same way and weigh 1.2 GB."""
    patient = make_venv(other_python, tmp_path / "venv")
    install(patient, "nvidia-cudnn-jit-cu12==9.27.0.42", "nvidia-cudnn-jit-cu13==9.27.0.42")
    seen = checkup(patient)
    finding = seen.finding("GPU005")
    assert finding["severity"] == "error"
    assert "nvidia-cudnn-jit-cu12" in finding["subject"]
    assert "nvidia-cudnn-jit-cu13" in finding["subject"]
    assert "libcudnn.so.9 and 2 more" in seen.accusations()
    assert seen.changed == []


def test_wheels_that_share_only_python_files_are_quiet(other_python: str, tmp_path: Path) -> None:
    patient = make_venv(other_python, tmp_path / "venv")
    install(patient, "nvidia-cuda-runtime-cu12==12.1.105", "nvidia-nvtx-cu12==12.1.105")
    shared = Path(patient.site, "nvidia/__init__.py")
    records = [path.read_text() for path in patient.site.glob("nvidia_*.dist-info/RECORD")]
    assert shared.exists()
    assert len([text for text in records if "nvidia/__init__.py," in text]) == 2
    seen = checkup(patient)
    assert seen.outcome("GPU005")["status"] == "passed"
    assert len(seen.document["facts"]["gpu"]["libraries"]) == 2


def test_a_healthy_environment_on_a_machine_without_a_gpu_hears_nothing(numpy_patient: Patient) -> None:
    if os.path.exists("/proc/driver/nvidia") or os.path.exists("/dev/dxg"):
        pytest.skip("this machine has a GPU")
    seen = checkup(numpy_patient)
    assert not [code for code in seen.codes() if code.startswith("GPU")]
    gpu = seen.document["facts"]["gpu"]
    assert (gpu["devices"], gpu["driver"], gpu["cuda_driver_version"], gpu["builds"]) == ([], None, None, [])


# --- a machine made of libraries on LD_LIBRARY_PATH ---


def add_torch(patient: Patient, local: str, cuda_version: str | None) -> None:
    """torch as its wheel leaves it, as far as it is read; importing it is a failure."""
    add_distribution(patient.site, "torch", "2.15.0")
    for package in ("torch", "tensorflow", "jax"):
        write(patient.site / package / "__init__.py", f"raise SystemExit('{package} was imported')\n")
    write(patient.site / "torch/version.py", f"__version__ = '2.15.0+{local}'\ncuda = {cuda_version!r}\nhip = None\n")
    words = b"\0sm_75 sm_80 sm_86 sm_90 sm_100 sm_120\0"
    write(patient.site / "torch/lib/libtorch_python.so", words)


def test_torch_for_cuda_13_on_a_driver_for_12_is_found_by_the_whole_command(
    bare_patient: Patient, tmp_path: Path
) -> None:
    add_torch(bare_patient, "cu132", "13.2")
    nvml(tmp_path / "lib", H100, V100)
    cuda(tmp_path / "lib", H100, V100, version=12020)
    seen = checkup(bare_patient, environ=clean_environ(LD_LIBRARY_PATH=str(tmp_path / "lib")))
    finding = seen.finding("GPU002")
    assert finding["severity"] == "error"
    assert "13.2" in finding["title"]
    assert any("12.2" in row["value"] for row in finding["evidence"])
    assert [item["subject"] for item in seen.findings("GPU003")] == [f"torch on {V100.name}"]
    assert "was imported" not in seen.stdout + seen.stderr
    assert "CUDA" in seen.text
    assert seen.left_running == []


def test_torch_for_the_cpu_beside_a_gpu_is_found_by_the_whole_command(bare_patient: Patient, tmp_path: Path) -> None:
    add_torch(bare_patient, "cpu", None)
    nvml(tmp_path / "lib", H100)
    cuda(tmp_path / "lib", H100, version=13000)
    seen = checkup(bare_patient, environ=clean_environ(LD_LIBRARY_PATH=str(tmp_path / "lib")))
    assert seen.finding("GPU001")["severity"] == "warning"


@pytest.mark.parametrize("sick", ["nvml", "cuda", "nvidia-smi"])
def test_what_hangs_is_unknown_in_one_line_and_the_rest_is_complete(
    bare_patient: Patient, tmp_path: Path, sick: str
) -> None:
    add_torch(bare_patient, "cu132", "13.2")
    libraries = tmp_path / "lib"
    libraries.mkdir()
    environ = clean_environ(LD_LIBRARY_PATH=str(libraries))
    if sick == "nvidia-smi":
        write(tmp_path / "bin/nvidia-smi", f"#!/bin/sh\ntrap '' TERM\n/bin/sleep 60 & wait # {tmp_path}\n", 0o755)
        environ["PATH"] = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    else:
        nvml(libraries, at_init=HANG if sick == "nvml" else "", code=0)
        cuda(libraries, at_init=HANG)
    began = time.monotonic()
    seen = checkup(bare_patient, environ=environ)
    assert time.monotonic() - began < 30
    assert seen.status == 1  # for the unrelated fault alone
    assert seen.finding("PKG001")
    assert not [code for code in seen.codes() if code.startswith("GPU")]
    assert seen.outcome("GPU008")["status"] == "unknown"
    lines = [line for line in seen.text.splitlines() if line.startswith("?")]
    assert len(lines) == 1, seen.text
    assert still_running(str(tmp_path / "lib")) == []
    assert checkup(bare_patient, "--select", "GPU", environ=environ).status == 3


def test_the_running_process_is_asked_about_its_gpu_too(tmp_path: Path) -> None:
    nvml(tmp_path / "lib", H100)
    cuda(tmp_path / "lib", H100, version=13000)
    code = "import envdoctor; gpu = envdoctor.check().facts.gpu; print(gpu.devices[0].name, gpu.cuda_driver_version)"
    environ = clean_environ(LD_LIBRARY_PATH=str(tmp_path / "lib"))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split("\n")[0] == f"{H100.name} 13.0", done.stderr


def test_jaxlib_alone_is_for_the_cpu_and_its_plug_in_is_for_cuda(other_python: str, tmp_path: Path) -> None:
    patient = make_venv(other_python, tmp_path / "venv")
    add_distribution(patient.site, "jaxlib", "0.10.2")
    nvml(tmp_path / "lib", H100)
    cuda(tmp_path / "lib", H100, version=13000)
    environ = clean_environ(LD_LIBRARY_PATH=str(tmp_path / "lib"))
    (step,) = checkup(patient, environ=environ).finding("GPU004")["fixes"][0]["steps"]
    assert step["argv"][-1] == "jax[cuda13]"
    for half in ("plugin", "pjrt"):
        add_distribution(patient.site, f"jax-cuda13-{half}", "0.10.2")
    assert checkup(patient, environ=environ).outcome("GPU004")["status"] == "passed"
