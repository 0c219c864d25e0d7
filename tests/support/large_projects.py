"""Projects as large as they get: a uv.lock of 5 MB, a conda-lock for six platforms, a workspace of 200 members."""

from pathlib import Path

PLATFORMS = ("linux-64", "linux-aarch64", "linux-ppc64le", "osx-64", "osx-arm64", "win-64")


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def uv_lock(size: int = 5_000_000) -> dict[str, str]:
    """A lock of at least ``size`` bytes, 24 wheels a package."""
    parts = ['version = 1\nrevision = 3\nrequires-python = ">=3.11"\n']
    number = length = 0
    while length < size:
        number += 1
        wheels = "".join(
            f'    {{ url = "https://files.pythonhosted.org/packages/aa/bb/{"c" * 60}/pkg{number}-1.{number}-cp3{minor}-cp3{minor}-'
            f'manylinux_2_17_x86_64.whl", hash = "sha256:{"0" * 64}", size = 12345, upload-time = "2025-01-01T00:00:00Z" }},\n'
            for minor in range(10, 34)
        )
        parts.append(
            f'\n[[package]]\nname = "pkg{number}"\nversion = "1.{number}"\nsource = {{ registry = "https://pypi.org/simple" }}\n'
            f'dependencies = [\n    {{ name = "pkg{number + 1}" }},\n]\nwheels = [\n{wheels}]\n'
        )
        length += len(parts[-1])
    project = '[project]\nname = "fit"\nversion = "1"\ndependencies = ["pkg1"]\n'
    return {"pyproject.toml": project, "uv.lock": "".join(parts)}


def conda_lock(packages: int = 300) -> dict[str, str]:
    """A lock of so many packages for six platforms, eight dependencies each."""
    needs = "".join(f"    dep{number}: '>=1.{number},<2.0a0'\n" for number in range(8))
    parts = ["version: 1\nmetadata:\n  content_hash:\n    linux-64: 00\n  platforms:\n"]
    parts += [*(f"  - {platform}\n" for platform in PLATFORMS), "package:\n"]
    parts += [
        f"- name: pkg{number}\n  version: 1.{number}\n  manager: conda\n  platform: {platform}\n  dependencies:\n{needs}"
        f"  url: https://conda.anaconda.org/conda-forge/{platform}/pkg{number}-1.{number}-h0_0.conda\n"
        f"  hash:\n    md5: {'0' * 32}\n    sha256: {'0' * 64}\n  category: main\n  optional: false\n"
        for number in range(packages)
        for platform in PLATFORMS
    ]
    return {"environment.yml": "dependencies: [pkg1]\n", "conda-lock.yml": "".join(parts)}


def workspace(members: int = 200) -> dict[str, str]:
    """A uv workspace, each of whose members needs another one."""
    files = {
        "pyproject.toml": '[project]\nname = "top"\nversion = "1"\ndependencies = ["m0"]\n'
        '[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\nm0 = { workspace = true }\n',
        "uv.lock": 'version = 1\n\n[[package]]\nname = "numpy"\nversion = "2.4.6"\n',
    }
    for number in range(members):
        other = (number + 1) % members
        files[f"packages/m{number}/pyproject.toml"] = (
            f'[project]\nname = "m{number}"\nversion = "1"\nrequires-python = ">=3.11"\n'
            f'dependencies = ["numpy>=1", "m{other}"]\n[dependency-groups]\ndev = ["pytest>=8", "ruff"]\n'
            f"[tool.uv.sources]\nm{other} = {{ workspace = true }}\n"
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        )
    return files


LARGE = {"uv.lock of 5 MB": uv_lock, "conda-lock, 300 packages, 6 platforms": conda_lock, "workspace of 200": workspace}
