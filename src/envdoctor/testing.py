"""For the tests of checks: facts in one line, one check run. It needs nothing but envdoctor.

    from envdoctor.testing import distribution, findings, packages

    def test_a_group_without_pandas_is_told():
        (finding,) = findings(pandas_missing, packages=packages(distribution("numpy", "2.4.1")))
        assert finding.subject == "pandas"

Everything begins with a healthy patient: CPython 3.12.1 in a virtual environment on Linux. A test names what is
different; the facts themselves are those of `envdoctor.api`, and so are the words of a finding.
"""

from typing import Any

import msgspec

from envdoctor.ecosystem.names import normalise
from envdoctor.engine.checks import Check, Outcome
from envdoctor.engine.findings import Finding
from envdoctor.engine.run import RegisteredCheck, run
from envdoctor.facts import (
    Active,
    Attempt,
    Blas,
    Build,
    Command,
    Conda,
    CondaRecord,
    CondaSetting,
    Cpu,
    Device,
    Distribution,
    Facts,
    Gpu,
    Installation,
    Interpreter,
    Jupyter,
    Kernel,
    Layer,
    LayerStatus,
    Library,
    Link,
    Missing,
    Packages,
    Path,
    Patient,
    Place,
    Prefix,
    Start,
    System,
    Variables,
)

PREFIX = "/home/ada/fit/.venv"
SITE = f"{PREFIX}/lib/python3.12/site-packages"


def interpreter(**changes: Any) -> Interpreter:
    """CPython 3.12.1 on Linux, in a virtual environment."""
    values: dict[str, Any] = {
        "executable": f"{PREFIX}/bin/python",
        "prefix": PREFIX,
        "base_prefix": "/usr",
        "exec_prefix": PREFIX,
        "version": "3.12.1",
        "python_version": "3.12",
        "implementation": "cpython",
        "implementation_version": "3.12.1",
        "platform": "linux",
        "machine": "x86_64",
        "pointer_bits": 64,
        "sys_path": ["/usr/lib/python312.zip", "/usr/lib/python3.12", "/usr/lib/python3.12/lib-dynload", SITE],
        "flags": {"isolated": 0, "no_site": 0},
        "paths": {"purelib": SITE, "platlib": SITE, "scripts": f"{PREFIX}/bin", "stdlib": "/usr/lib/python3.12"},
        "config": {"EXT_SUFFIX": ".cpython-312-x86_64-linux-gnu.so"},
        "markers": {
            "implementation_name": "cpython",
            "implementation_version": "3.12.1",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "6.1.0",
            "platform_system": "Linux",
            "platform_version": "#1 SMP",
            "python_full_version": "3.12.1",
            "python_version": "3.12",
            "sys_platform": "linux",
        },
        "extension_suffixes": [".cpython-312-x86_64-linux-gnu.so", ".abi3.so", ".so"],
        "user_site": "/home/ada/.local/lib/python3.12/site-packages",
        "user_site_enabled": False,
    }
    return Interpreter(**(values | changes))


def distribution(name: str, version: str = "1.0", requires: list[str] | None = None, **changes: Any) -> Distribution:
    """One installed by pip into the patient's site-packages."""
    location = changes.pop("location", SITE)
    values: dict[str, Any] = {
        "name": name,
        "key": normalise(name),
        "version": version,
        "location": location,
        "path": f"{location}/{name}-{version}.dist-info",
        "installer": "pip",
        "requires": requires or [],
    }
    return Distribution(**(values | changes))


def packages(*distributions: Distribution, **changes: Any) -> Packages:
    return Packages(distributions=list(distributions), **changes)


def openblas(package: str = "numpy", threads: int | Missing = 4, **changes: Any) -> Library:
    """The copy of OpenBLAS that a wheel of ``package`` brings."""
    values: dict[str, Any] = {
        "vendor": "openblas",
        "version": "0.3.31",
        "threads": threads,
        "threading_layer": "pthreads",
        "architecture": "Haswell",
        "path": f"{SITE}/{package}.libs/libscipy_openblas-{package}.so",
        "bytes": 25_000_000,
        "used_by": [package],
        "loaded": True,
    }
    return Library(**(values | changes))


def blas(*libraries: Library, **changes: Any) -> Blas:
    users = [user for library in libraries for user in library.used_by]
    return Blas(libraries=list(libraries), **({"examined": users} | changes))


def cpu(logical: int = 4, **changes: Any) -> Cpu:
    """``logical`` processors, all of them usable."""
    return Cpu(**({"logical": logical, "physical": logical, "affinity": logical, "usable": logical} | changes))


def prefix(**changes: Any) -> Prefix:
    """A virtual environment whose base is there."""
    values: dict[str, Any] = {
        "path": PREFIX,
        "exists": True,
        "executable": f"{PREFIX}/bin/python",
        "executable_exists": True,
        "link": "/usr/bin/python3.12",
        "configuration": {"home": "/usr/bin", "version": "3.12.1", "include-system-site-packages": "false"},
        "home": "/usr/bin",
        "home_exists": True,
        "site_packages": [SITE],
    }
    return Prefix(**(values | changes))


def start(mode: str = "normal", *attempts: Attempt, culprits: tuple[str, ...] = ()) -> Start:
    return Start(mode=mode, attempts=list(attempts), culprits=list(culprits))


def patient(**changes: Any) -> Patient:
    values: dict[str, Any] = {
        "executable": f"{PREFIX}/bin/python",
        "prefix": PREFIX,
        "base_prefix": "/usr",
        "version": "3.12.1",
        "implementation": "cpython",
        "chosen": "the active environment (VIRTUAL_ENV)",
        "origin": [Link(kind="venv", prefix=PREFIX, evidence=["pyvenv.cfg"]), Link(kind="unknown", prefix="/usr")],
    }
    return Patient(**(values | changes))


def facts(**sections: Any) -> Facts:
    """A healthy patient of 2026-11-23: nothing installed, no project. Name a section to say it differently."""
    values: dict[str, Any] = {
        "recorded": "2026-11-23T12:00:00Z",
        "patient": patient(),
        "start": start(),
        "prefix": prefix(),
        "system": System(platform="linux", machine="x86_64", release="6.1.0", distribution="debian"),
        "environment": Variables(variables={}),
        "interpreter": interpreter(),
        "cpu": cpu(),
        "packages": packages(),
        "blas": blas(),
        "project": None,
    }
    return Facts(**(values | sections))


def environment(**variables: str) -> Variables:
    return Variables(variables=variables)


def outcome(check: Check, **sections: Any) -> Outcome:
    """How ``check`` ends on a healthy patient with these sections; ``level`` may stand among them."""
    level = sections.pop("level", "advanced")
    return run(facts(**sections), RegisteredCheck(check), level)


def findings(check: Check, **sections: Any) -> list[Finding]:
    """The findings of ``check``; it must have come to a verdict."""
    result = outcome(check, **sections)
    assert result.status in ("found", "passed"), result
    return list(result.findings)


def changed(value: Any, **changes: Any) -> Any:
    """A copy of a struct with other values."""
    return msgspec.structs.replace(value, **changes)


def command(name: str, prefix: str = PREFIX, **changes: Any) -> Command:
    """A command on PATH that belongs to ``prefix``."""
    values: dict[str, Any] = {
        "name": name,
        "path": f"{prefix}/bin/{name}",
        "interpreter": f"{prefix}/bin/python",
        "interpreter_exists": True,
        "prefix": prefix,
        "real_prefix": prefix,
    }
    return Command(**(values | changes))


def active(prefix: str = PREFIX, variable: str = "VIRTUAL_ENV", **changes: Any) -> Active:
    values: dict[str, Any] = {
        "variable": variable,
        "prefix": prefix,
        "real_prefix": prefix,
        "exists": True,
        "python": "python",
    }
    return Active(**(values | changes))


def path(*commands: Command, **changes: Any) -> Path:
    """A neighbourhood with these commands on PATH; the first python and pip answer."""
    values: dict[str, Any] = {"commands": list(commands), "patient_real": PREFIX, "working_directory": "/home/ada/fit"}
    for name in ("python", "pip"):
        values[name] = next((item for wanted in (name, f"{name}3") for item in commands if item.name == wanted), None)
    return Path(**(values | changes))


def installation(**changes: Any) -> Installation:
    places = [Place(path=PREFIX, exists=True, real=PREFIX), Place(path="/usr", exists=True, real="/usr")]
    return Installation(**({"places": places} | changes))


def kernel(prefix: str | None = PREFIX, folder: str = f"{PREFIX}/share/jupyter", **changes: Any) -> Kernel:
    """A kernelspec in the data directory ``folder`` that starts the Python of ``prefix`` (``None``: Jupyter's own)."""
    name = changes.get("name", "python3")
    program = f"{prefix}/bin/python" if prefix else "python"
    values: dict[str, Any] = {
        "name": name,
        "display_name": "Python 3 (ipykernel)",
        "file": f"{folder}/kernels/{name}/kernel.json",
        "argv": [program, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "language": "python",
        "interpreter": program if prefix else None,
        "interpreter_exists": True if prefix else None,
        "prefix": prefix,
    }
    return Kernel(**(values | changes))


def jupyter(*kernels: Kernel, **changes: Any) -> Jupyter:
    values: dict[str, Any] = {
        "data_directories": [f"{PREFIX}/share/jupyter", "/home/ada/.local/share/jupyter"],
        "kernels": list(kernels),
        "of_patient": f"{PREFIX}/share/jupyter",
    }
    return Jupyter(**(values | changes))


def record(name: str, version: str = "1.0", channel: str = "conda-forge", **changes: Any) -> CondaRecord:
    """A package with binaries that conda installed."""
    values: dict[str, Any] = {"build": "h0_0", "subdir": "linux-64", "bytes": 1_000_000, "requested": False}
    return CondaRecord(name=name, version=version, channel=channel, **(values | changes))


def conda(*records: CondaRecord, **changes: Any) -> Conda:
    """An environment of a Miniforge, healthy."""
    values: dict[str, Any] = {
        "root_prefix": "/opt/conda",
        "flavour": "miniforge",
        "is_base": False,
        "is_environment": True,
        "version": "26.7.0",
        "channels": ["conda-forge"],
        "channel_priority": "strict",
        "config_files": ["/opt/conda/.condarc"],
        "settings": {"channels": CondaSetting(value=["conda-forge"], sources=["/opt/conda/.condarc"])},
        "records": list(records),
    }
    return Conda(**(values | changes))


def gpu(*devices: Device, **changes: Any) -> Gpu:
    """A machine with these devices, driver 580 (CUDA 13.0), and all layers in order; nothing installed."""
    names = ("pci", "kernel-driver", "nvml", "cuda")
    values: dict[str, Any] = {
        "devices": list(devices),
        "driver": "580.159.03" if devices else None,
        "cuda_driver_version": "13.0" if devices else None,
        "builds": [],
        "layers": [
            Layer(name=name, status=LayerStatus.PRESENT if devices else LayerStatus.ABSENT, code=0) for name in names
        ],
    }
    return Gpu(**(values | changes))


def nvidia_device(name: str | Missing = "NVIDIA H100 80GB HBM3", capability: str = "9.0", **changes: Any) -> Device:
    values: dict[str, Any] = {"vendor": "nvidia", "name": name, "compute_capability": capability, "usable": True}
    return Device(**(values | {"source": "nvml", "kernel_driver": "nvidia"} | changes))


def torch_build(cuda: str | None = "13.2", **changes: Any) -> Build:
    """PyPI's torch 2.15.0 for Linux, or its build for the CPU."""
    words = "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120"
    values: dict[str, Any] = {
        "package": "torch",
        "version": f"2.15.0+{'cu' + cuda.replace('.', '') if cuda else 'cpu'}",
        "cuda": cuda,
        "architectures": words.split() if cuda else [],
        "backend": "cuda" if cuda else "cpu",
    }
    return Build(**(values | changes))
