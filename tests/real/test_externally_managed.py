"""The system's Python with and without ``EXTERNALLY-MANAGED`` (PEP 668): Debian's own, with the file taken away.

That happens in a mount namespace of the test's own, where a layer lies over the standard library's folder:
nobody else sees it.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.patients import checkup, clean_environ, run

pytestmark = pytest.mark.real
SYSTEM = "/usr/bin/python3"
# $1: an empty folder; $2: what the layer lies over; $3: whether the file is to be there; then the command.
LAYER = """
set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$2" 2>/dev/null || {
    cp -a "$2" "$1/copy"
    mount --bind "$1/copy" "$2"
}
if [ "$3" = with ]; then
    [ -e "$2/EXTERNALLY-MANAGED" ] || printf '[externally-managed]\\nError=Not here.\\n' > "$2/EXTERNALLY-MANAGED"
else
    rm -f "$2/EXTERNALLY-MANAGED"
fi
shift 3
exec "$@"
"""


def need_debian() -> None:
    if not os.path.exists("/usr/lib/python3/dist-packages/pip") or not os.path.exists("/var/lib/dpkg/status"):
        pytest.skip("Debian's pip is not here (Debian: python3-pip)")


def layered(tmp_path: Path, state: str) -> list[str]:
    """The beginning of a command line that runs the rest where the file is there (``with``) or not (``without``)."""
    need_debian()
    stdlib = run([SYSTEM, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"]).strip()
    folder = tmp_path / "layer"
    folder.mkdir()
    said = "no unshare"
    for flags in ("-m", "-Urm"):  # as root; as a user, where the kernel lets users have namespaces
        if shutil.which("unshare"):
            argv = ["unshare", flags, "sh", "-c", LAYER, "layer", str(folder), stdlib, state]
            done = subprocess.run([*argv, "true"], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return argv
            said = done.stderr.strip()
    pytest.skip(f"no mount namespace of our own is to be had here: {said}")


def surroundings(home: Path) -> dict[str, str]:
    return clean_environ(
        HOME=str(home), PATH="/usr/bin:/bin", PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONDONTWRITEBYTECODE=None
    )


def diagnosed(layer: list[str], home: Path) -> dict[str, Any]:
    doctor = [*layer, sys.executable, "-m", "envdoctor"]
    return checkup(Path(SYSTEM), environ=surroundings(home), doctor=doctor).document


@pytest.mark.parametrize("state", ["with", pytest.param("without", marks=pytest.mark.slow)])
def test_what_pip_puts_beside_the_systems_packages_is_told_with_and_without_the_file(
    state: str, tmp_path: Path
) -> None:
    layer, home = layered(tmp_path, state), tmp_path / "home"
    home.mkdir()
    before = diagnosed(layer, home)
    managed = before["facts"]["installation"]["externally_managed"]
    assert bool(managed) is (state == "with")
    assert [item for item in before["findings"] if item["code"] == "PY003"] == []

    pip = [*layer, SYSTEM, "-m", "pip", "install", "--quiet", "--user", "iniconfig"]
    done = subprocess.run(pip, env=surroundings(home), capture_output=True, text=True, check=False)
    assert ("externally-managed-environment" in done.stderr) is (state == "with")
    if state == "with":
        run([*pip, "--break-system-packages"], surroundings(home))
    assert list(home.glob(".local/lib/python3*/site-packages/iniconfig"))

    document = diagnosed(layer, home)
    (found,) = [item for item in document["findings"] if item["code"] == "PY003"]
    assert found["subject"] == "iniconfig"
    assert [row["value"] for row in found["evidence"] if row["label"] == "PEP 668"] == ([managed] if managed else [])
    steps = [step["argv"] for fix in found["fixes"] for step in fix["steps"]]
    assert steps
    every = [step.get("argv", []) for item in document["findings"] for fix in item["fixes"] for step in fix["steps"]]
    if state == "with":  # pip would refuse, or be made to harm
        assert [argv for argv in every if {"--user", "--break-system-packages"} & set(argv)] == []
    assert "--break-system-packages" not in json.dumps(found["fixes"])
    work = tmp_path / "work"
    work.mkdir()
    for argv in steps:
        subprocess.run([*layer, *argv], cwd=work, env=surroundings(home), check=True, capture_output=True)
    assert list(work.glob(".venv/lib/python3*/site-packages/iniconfig"))
