"""One environment in the words of each program that keeps records: its files are seen where they are.

Shapes, read in their sources: conda 24.7.1, core/path_actions.py and models/records.py, also mamba 1, which links by
conda's UnlinkLinkTransaction (micromamba-1.5.8, mamba/mamba/utils.py); micromamba 1.5 and mamba 2, libmamba/src/core/link.cpp,
LinkPackage::execute; rattler and pixi, rattler_conda_types/src/prefix_record.rs and rattler/src/install/mod.rs.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from envdoctor.facts import Conda
from envdoctor.probe.conda.whole import whole
from envdoctor.probe.prefix.prefix import read as read_prefix
from envdoctor.probe.world import World
from envdoctor.testing import findings
from envdoctor_checks.conda.bloated_base import bloated_base
from envdoctor_checks.conda.damaged_conda_package import damaged_package
from envdoctor_checks.conda.pip_over_conda import pip_over_conda

PLACEHOLDER = "/placehold_placehold"
MAKERS = ("conda", "mamba 1", "micromamba 1", "mamba 2", "rattler", "pixi")
SITES = ("lib/python3.12/site-packages", "lib/python3.13t/site-packages", "Lib/site-packages")


@dataclass(frozen=True)
class Packed:
    """A package as it lies in its archive; a text with the placeholder is longer or shorter in the prefix."""

    name: str
    files: dict[str, str]
    noarch: str | None = None
    entry_points: tuple[str, ...] = ()
    depends: tuple[str, ...] = ("python",)
    links: dict[str, str] = field(default_factory=dict)
    asked: bool = False


def info(name: str, more: dict[str, str] | None = None) -> dict[str, str]:
    top = f"site-packages/{name.replace('-', '_')}-1.0.dist-info"
    return {
        f"site-packages/{name.replace('-', '_')}/__init__.py": f"# {name}\n",
        f"{top}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{top}/INSTALLER": "conda",
        f"{top}/RECORD": f"{name.replace('-', '_')}/__init__.py,,\n",
        **{path.replace("INFO", top): text for path, text in (more or {}).items()},
    }


LAB = Packed(
    "lab-tool",
    info(
        "lab-tool",
        {"python-scripts/lab-script": f"#!{PLACEHOLDER}/bin/python\nprint(1)\n", "etc/lab/lab.conf": "x = 1\n"},
    ),
    "python",
    ("lab-tool",),
)
NATIVE = Packed(
    "native",
    {
        "lib/libnative.so.1": "\x7fELF" * 9,
        "lib/native/paths.py": f"prefix = '{PLACEHOLDER}'\n",
        "lib/native/plain.py": "x = 1\n",
    },
    links={"lib/libnative.so": "libnative.so.1"},
)
PLUGIN = Packed("lab-plugin", info("lab-plugin", {"INFO/entry_points.txt": "[conda]\nlab = lab_plugin\n"}), "python")
CONDA = Packed("conda", {"lib/conda.py": "x = 1\n"})
ADDED = Packed("pandas", info("pandas"), "python", asked=True)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Maker:
    """Lays packages down in ``prefix`` and keeps its records as ``maker`` does."""

    def __init__(self, prefix: Path, maker: str, site: str) -> None:
        self.prefix, self.maker, self.site = prefix, maker, site
        self.scripts = "Scripts" if site.startswith("Lib/") else "bin"
        self.short = maker in ("conda", "mamba 1")
        self.libmamba = maker in ("micromamba 1", "mamba 2")

    def write(self, path: str, text: str) -> Path:
        file = self.prefix / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
        return file

    def place(self, package: Packed, path: str) -> str:
        if package.noarch != "python":
            return path
        path = path.replace("python-scripts/", f"{self.scripts}/", 1) if path.startswith("python-scripts/") else path
        return path.replace("site-packages/", f"{self.site}/", 1) if path.startswith("site-packages/") else path

    def install(self, *packages: Packed) -> None:
        for package in packages:
            self._install(package)

    def _install(self, package: Packed) -> None:
        entries, files = [], []
        for path, text in package.files.items():
            target, here = self.place(package, path), text.replace(PLACEHOLDER, str(self.prefix))
            self.write(target, here)
            entries.append(self._entry(path if self.short else target, text, here))
            files.append(target)
        for path, to in package.links.items():
            (self.prefix / path).symlink_to(to)
            entries.append(self._link(path, package.files[f"lib/{to}"]))
            files.append(path)
        for path in [path for path in files if package.noarch and path.endswith(".py")]:
            compiled = f"{path.rpartition('/')[0]}/__pycache__/__init__.cpython-312.pyc"
            entries.append({"_path": compiled, "path_type": "pyc_file"})
            files.append(compiled)
        for name in package.entry_points:
            for path, kind in self.entry_points(name):
                self.write(path, "# a script\n")
                entries.append({"_path": path, "path_type": kind})
                files.append(path)
        record = {
            "name": package.name,
            "version": "1.0",
            "build": "0",
            "build_number": 0,
            "subdir": "noarch" if package.noarch else "linux-64",
            "fn": f"{package.name}-1.0-0.conda",
            "channel": "conda-forge" if self.maker == "pixi" else "https://conda.anaconda.org/conda-forge",
            "depends": list(package.depends),
            "constrains": [],
            "files": files,
            "paths_data": {"paths": entries, "paths_version": 1},
            "link": {"source": f"/pkgs/{package.name}-1.0-0", "type": 1},
            **({"noarch": package.noarch} if package.noarch else {}),
            **(
                {"requested_specs": [package.name] * package.asked}
                if self.maker in ("rattler", "pixi")
                else {"requested_spec": package.name * package.asked}
            ),
        }
        self.write(f"conda-meta/{package.name}-1.0-0.json", json.dumps(record))

    def _entry(self, path: str, packed: str, here: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"_path": path, "path_type": "hardlink", "sha256": sha(packed)}
        entry["size_in_bytes"] = len((here if self.maker in ("rattler", "pixi") else packed).encode())
        replaced = {"prefix_placeholder": PLACEHOLDER, "file_mode": "text"} if PLACEHOLDER in packed else {}
        if self.libmamba:  # says nothing of placeholders
            return entry | {"sha256_in_prefix": sha(here)}
        if self.short:
            return entry | {"sha256_in_prefix": sha(here)} | replaced
        return entry | ({"sha256_in_prefix": sha(here)} if replaced else {}) | replaced

    def _link(self, path: str, target: str) -> dict[str, Any]:
        if self.maker in ("rattler", "pixi"):
            return {"_path": path, "path_type": "softlink", "sha256": sha(""), "size_in_bytes": len(target)}
        hashes = {"sha256": sha(target), "sha256_in_prefix": sha(target)}
        return {"_path": path, "path_type": "softlink", "size_in_bytes": len(target), **hashes}

    def entry_points(self, name: str) -> list[tuple[str, str]]:
        if self.scripts == "bin":
            return [(f"bin/{name}", "unix_python_entry_point")]
        return [
            (f"Scripts/{name}-script.py", "windows_python_entry_point_script"),
            (f"Scripts/{name}.exe", "windows_python_entry_point_exe"),
        ]

    def read(self, base: bool = False) -> Conda:
        platform = "linux" if self.scripts == "bin" else "win32"
        python = self.write("bin/python" if self.scripts == "bin" else "python.exe", "")
        if self.maker == "pixi":
            self.write("conda-meta/pixi", "{}")
        elif not base:
            self.write("conda-meta/history", "")
        environ = {"CONDA_EXE": f"{self.prefix}/bin/conda"} if base else {}
        world = World(home="/", cwd="/", environ=environ, platform=platform if base else "linux")
        return whole(world, read_prefix(world, str(self.prefix), str(python)), deep=True)


PAIRS = [
    (maker, site) for maker in MAKERS for site in SITES if site == SITES[0] or maker in ("conda", "mamba 2", "pixi")
]


@pytest.fixture(params=PAIRS, ids="-".join)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    maker = Maker(tmp_path / "env", *request.param)
    maker.install(LAB, NATIVE, PLUGIN)
    return maker


def test_what_is_healthy_is_quiet_and_what_is_damaged_is_named(made: Maker) -> None:
    conda = made.read()
    assert isinstance(conda.records, list) and len(conda.records) == 3
    assert findings(damaged_package, conda=conda) == [] and findings(pip_over_conda, conda=conda) == []
    assert conda.state == [] and conda.unreadable == {}
    (made.prefix / made.site / "lab_tool/__init__.py").unlink()
    made.write(f"{made.site}/lab_plugin/__init__.py", "# lab-plugon\n")
    made.write("lib/libnative.so.1", "\x7fELF")
    made.write("lib/native/paths.py", f"prefix = '{made.prefix}'#")
    found = {
        item.subject: {line.label: line.value for line in item.evidence}
        for item in findings(damaged_package, conda=made.read())
    }
    assert found == {
        "lab-tool": {f"{made.site}/lab_tool/__init__.py": "gone"},
        "lab-plugin": {f"{made.site}/lab_plugin/__init__.py": "other content"},
        "native": {
            "lib/libnative.so.1": "4 bytes, not 36",
            "lib/native/paths.py": "other content",
        },
    }


def test_commands_that_are_gone_are_a_warning(made: Maker) -> None:
    for name in ("lab-script", *(path.rpartition("/")[2] for path, _ in made.entry_points("lab-tool"))):
        (made.prefix / made.scripts / name).unlink()
    (found,) = findings(damaged_package, conda=made.read())
    assert found.severity == "warning" and found.subject == "lab-tool"
    assert f"{made.scripts}/lab-script" in [line.label for line in found.evidence]


def test_what_pip_has_put_over_a_package_is_told(made: Maker) -> None:
    top = f"{made.site}/lab_tool-1.0.dist-info"
    for name in ("METADATA", "INSTALLER", "RECORD"):
        (made.prefix / top / name).unlink()
    new = f"{made.site}/lab_tool-2.0.dist-info"
    made.write(f"{new}/METADATA", "Metadata-Version: 2.1\nName: lab-tool\nVersion: 2.0\n")
    made.write(f"{new}/INSTALLER", "pip\n")
    made.write(f"{new}/RECORD", "lab_tool/__init__.py,,\n")
    made.write(f"{made.site}/lab_tool/__init__.py", "# by pip, and longer\n")
    (found,) = findings(pip_over_conda, conda=made.read())
    assert found.subject == "lab-tool" and "2.0" in found.title


@pytest.mark.parametrize(("maker", "site"), [pair for pair in PAIRS if pair[0] != "pixi" and pair[1] != SITES[2]])
def test_what_base_has_beyond_conda_and_its_plug_ins_is_told(tmp_path: Path, maker: str, site: str) -> None:
    base = Maker(tmp_path / "base", maker, site)
    base.install(CONDA, PLUGIN, ADDED)
    (base.prefix / "condabin").mkdir()
    base.write(
        "conda-meta/initial-state.explicit.txt", "https://conda.anaconda.org/conda-forge/linux-64/conda-1.0-0.conda\n"
    )
    base.write("conda-meta/history", "")
    conda = base.read(base=True)
    assert conda.is_base and conda.base is not None
    (found,) = findings(bloated_base, conda=conda)
    text = f"{found.title} {found.evidence}"
    assert "pandas" in text and "lab-plugin" not in text
