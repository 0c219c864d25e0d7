"""Conda's prefixes by both makers, the faults that are made in them, and the cures that are run word for word."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.laboratory import CONDA_FORGE, install
from tests.support.patients import Checkup, Patient, checkup, clean_environ
from tests.support.real_conda import Laboratory, copy_prefix

SCIENCE = ("python", "pandas", "scipy", "pip")


@dataclass(frozen=True)
class Ward:
    """Where one patient lies: the laboratory, its home, and the installation whose conda is set up."""

    lab: Laboratory
    home: Path
    base: Path

    def environ(self, patient: Patient, **variables: str | None) -> dict[str, str]:
        return self.lab.environ(self.home, self.base, patient.prefix, **variables)

    def examine(self, patient: Patient, *args: str, **variables: str | None) -> Checkup:
        return checkup(patient, *args, environ=self.environ(patient, **variables))

    def conda(self, *words: str, check: bool = True, **variables: str | None) -> subprocess.CompletedProcess[str]:
        return self.lab.conda(*words, home=self.home, base=self.base, check=check, **variables)

    def carry_out(self, patient: Patient, fix: dict[str, Any], **variables: str | None) -> None:
        """Run the steps of a fix as the JSON has them; conda's questions are answered with yes."""
        answers: dict[str, str | None] = {"CONDA_ALWAYS_YES": "1", "CONDA_AUTO_UPDATE_CONDA": "0"}
        environ = self.environ(patient, **(answers | variables))
        assert fix["steps"], fix["title"]
        for step in fix["steps"]:
            if "setenv" in step:
                environ |= step["setenv"]
            for name in step.get("unsetenv", ()):
                environ.pop(name, None)
            if "argv" in step:
                done = subprocess.run(
                    step["argv"], env=environ, cwd=self.home, capture_output=True, text=True, timeout=300, check=False
                )
                assert done.returncode == 0, f"{step['argv']}\n{done.stdout}\n{done.stderr}"


def ward(lab: Laboratory, folder: Path, base: Path | None = None) -> Ward:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return Ward(lab, home, base or lab.base)


def made(lab: Laboratory, maker: str, prefix: Path, *specs: str) -> Patient:
    """An environment of one's own, made by ``conda`` or by ``rattler`` from the same channels."""
    if maker == "conda":
        return lab.copy(prefix, *specs)
    kept = lab.folder / "by-rattler" / "-".join(specs).replace("/", "_").replace("=", "")
    with lab.alone():
        if not (kept / "conda-meta").is_dir():
            shutil.rmtree(kept, ignore_errors=True)
            install(kept, lab.channels, {CONDA_FORGE: specs}, cache=lab.folder / "rattler", indexed=True)
    return copy_prefix(kept, prefix)


def harm(seen: Checkup) -> list[str]:
    """All findings above info."""
    return [f"{item['code']} {item['title']}" for item in seen.document["findings"] if item["severity"] != "info"]


def codes(seen: Checkup) -> set[str]:
    return {item["code"] for item in seen.document["findings"] if item["severity"] != "info"}


def record_of(patient: Patient, name: str) -> Path:
    """The record of a package."""
    for path in patient.prefix.glob(f"conda-meta/{name}-*.json"):
        if json.loads(path.read_text())["name"] == name:
            return path
    raise AssertionError(f"no record of {name}")


def wheel(folder: Path, name: str, version: str, files: Sequence[str] = ()) -> Path:
    """A wheel without dependencies, for pip to install."""
    import zipfile

    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    contents = {
        f"{name}/__init__.py": f"# by pip\n__version__ = {version!r}\n",
        **dict.fromkeys(files, "x = 1\n"),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in contents.items():
            archive.writestr(file, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in [*contents, f"{info}/RECORD"]))
    return path


def pip(patient: Patient, *words: str) -> None:
    """The environment's own pip, offline."""
    argv = [str(patient.python), "-m", "pip", *words]
    done = subprocess.run(argv, env=clean_environ(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def pip_install(patient: Patient, *words: str) -> None:
    pip(patient, "install", "--quiet", "--no-index", "--no-deps", "--root-user-action=ignore", *words)
