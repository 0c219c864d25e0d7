"""Variables that name a file or folder which is not there."""

from pathlib import Path

import pytest

from envdoctor.probe.environment import read_environment
from envdoctor.probe.world import World
from tests.origin.trees import grow


@pytest.mark.parametrize(
    "name, value, gone",
    [
        ("PIP_CERT", "/etc/corp.pem", False),
        ("PIP_CERT", "/etc/gone.pem", True),
        ("PIP_CERT", "corp.pem", False),
        ("PIP_CERT", "", False),
        ("SSL_CERT_FILE", "/gone", True),
        ("PROJ_DATA", "/proj", False),
        ("PROJ_DATA", "/etc", True),
        ("HOME", "/gone", False),
    ],
)
def test_what_is_named_and_gone(tmp_path: Path, name: str, value: str, gone: bool) -> None:
    grow(tmp_path, "etc/corp.pem", "work/corp.pem", "proj/proj.db")
    seen = read_environment(World(root=str(tmp_path), home="/home/ada", cwd="/work", environ={name: value}))
    assert seen.gone == ({name: value} if gone else {})
