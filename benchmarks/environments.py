"""The environments that are measured: real packages from PyPI, and made-up distributions to grow one."""

import base64
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOREIGN = ("OPENBLAS_", "OMP_", "PYTHON", "__PYVENV")
"""Beginnings of the variables that no child inherits: they change what a start costs."""

_DESCRIPTION = """
This package stands for the many that an environment gathers in a year. Its metadata has the fields, the length and the
dependency graph of a usual release, so that whoever reads the metadata has the usual work to do.

- A list of features, as README files have one: typed, tested, documented, and *fast*.
- A link to the changelog, <https://example.invalid/changelog>, and one to the issues.
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment on disk."""

    prefix: Path

    def path(self, name: str) -> Path:
        """Directory of this environment by its sysconfig name, `scripts` or `purelib`."""
        return Path(sysconfig.get_path(name, "venv", {"base": str(self.prefix), "platbase": str(self.prefix)}))

    def script(self, name: str) -> str:
        """Path of a console script; where it is missing, the path it would have."""
        scripts = str(self.path("scripts"))
        return shutil.which(name, path=scripts) or os.path.join(scripts, name)

    @property
    def python(self) -> str:
        return self.script("python")

    def environ(self, **extra: str) -> dict[str, str]:
        """Variables of a shell in which this environment, and no other, is active."""
        outside = {"VIRTUAL_ENV", "CONDA_PREFIX"}
        kept = {key: value for key, value in os.environ.items() if key not in outside and not key.startswith(FOREIGN)}
        search = os.pathsep.join((str(self.path("scripts")), os.environ.get("PATH", os.defpath)))
        return {**kept, "VIRTUAL_ENV": str(self.prefix), "PATH": search, **extra}

    def versions(self) -> dict[str, str]:
        """Version of each installed distribution, by its name in lower case."""
        found = importlib.metadata.distributions(path=[str(self.path("purelib"))])
        return {distribution.name.lower(): distribution.version for distribution in found}

    def copy_to(self, prefix: Path) -> "Environment":
        """The same environment at another prefix; its scripts keep the old shebang, so run modules with `-m`."""
        shutil.copytree(self.prefix, prefix, symlinks=True)
        return Environment(prefix)


@dataclass(frozen=True, slots=True)
class Installer:
    """uv where it can be found, else pip."""

    uv: tuple[str, ...]

    @classmethod
    def find(cls) -> "Installer":
        if importlib.util.find_spec("uv"):
            return cls((sys.executable, "-m", "uv"))
        found = shutil.which("uv")
        return cls((found,) if found else ())

    def requirement(self, checkout: Path, wheels: Path) -> str:
        """What to install to get this checkout, built anew: uv would reuse the last build of an unchanged version."""
        if not self.uv:
            return str(checkout)
        _run([*self.uv, "build", "--wheel", "--out-dir", str(wheels), str(checkout)])
        return str(next(wheels.glob("*.whl")))

    def create(self, prefix: Path, requirements: Sequence[str]) -> Environment:
        """A venv of the running Python with these requirements in it."""
        _run([sys.executable, "-m", "venv", *(["--without-pip"] if self.uv else []), str(prefix)])
        environment = Environment(prefix)
        self.install(environment, requirements)
        return environment

    def install(self, environment: Environment, requirements: Sequence[str]) -> None:
        """Install wheels, bytecode compiled."""
        if self.uv:
            _run([*self.uv, "pip", "install", "--python", environment.python, "--compile-bytecode", *requirements])
        else:
            _run([environment.python, "-m", "pip", "install", "--upgrade", "--compile", *requirements])


def _run(argv: Sequence[str]) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON") and key != "VIRTUAL_ENV"}
    done = subprocess.run(
        argv, env=kept, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        tail = done.stdout.decode(errors="replace")[-3000:]
        raise SystemExit(f"{tail}\ncompare.py: {' '.join(argv)} ended with status {done.returncode}")


def pad(environment: Environment, total: int) -> None:
    """Add made-up distributions until `total` are installed."""
    site_packages = environment.path("purelib")
    for number in range(total - len(environment.versions())):
        _write_distribution(site_packages, number)


def _write_distribution(site_packages: Path, number: int) -> None:
    """One import package and its dist-info, as uv or pip leave them; RECORD is true, the dependencies are met."""
    package, version = _name(number).replace("-", "_"), _version(number)
    info = f"{package}-{version}.dist-info"
    modules = ("__init__", "api", "core", "io", "models", "util")
    files = {f"{package}/{module}.py": f'"""Part of {package}."""\n' for module in modules}
    files |= {
        f"{info}/INSTALLER": "pip\n",
        f"{info}/METADATA": _metadata(number),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hatchling 1.27.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/licenses/LICENSE": "BSD-3-Clause\n",
    }
    if number % 10 == 0:
        files[f"{info}/REQUESTED"] = ""
    record = []
    for name, text in files.items():
        path = site_packages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text.encode()
        path.write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        record.append(f"{name},sha256={digest},{len(content)}")
    (site_packages / info / "RECORD").write_text("\n".join([*record, f"{info}/RECORD,,", ""]))


def _metadata(number: int) -> str:
    """METADATA of 2 to 40 kB, spread as in the environment of the peers."""
    earlier = sorted({number // 2, number // 3, number - 1} - {number, -1})
    requires = [
        *(f"{_name(other)}>={_version(other)}" for other in earlier),
        "numpy>=1.23",
        'importlib-metadata>=6.0; python_version < "3.8"',
        'pyodide-http>=0.2.1; sys_platform == "emscripten"',
        'pytest>=8.0; extra == "test"',
        'pytest-cov[toml]>=4.1,!=5.0.0; extra == "test"',
        'sphinx<9,>=7.2; extra == "docs"',
        'furo; python_version >= "3.10" and extra == "docs"',
    ]
    return "\n".join(
        [
            "Metadata-Version: 2.4",
            f"Name: {_name(number)}",
            f"Version: {_version(number)}",
            "Summary: Stands for one of the many packages of a grown environment",
            "Project-URL: Homepage, https://example.invalid/",
            "Author-email: Nobody <nobody@example.invalid>",
            "License-Expression: BSD-3-Clause",
            "License-File: LICENSE",
            "Classifier: Development Status :: 5 - Production/Stable",
            *(f"Classifier: Programming Language :: Python :: 3.{minor}" for minor in range(9, 15)),
            "Requires-Python: >=3.9",
            *(f"Requires-Dist: {requirement}" for requirement in requires),
            "Provides-Extra: test",
            "Provides-Extra: docs",
            "Description-Content-Type: text/markdown",
            "",
            f"# {_name(number)}",
            _DESCRIPTION * (3, 8, 12, 16, 20, 30, 90)[number % 7],
        ]
    )


def _name(number: int) -> str:
    return f"sample-package-{number:04}"


def _version(number: int) -> str:
    return f"{1 + number % 4}.{number % 13}.{number % 7}"
