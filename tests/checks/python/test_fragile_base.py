"""PY009 fragile-base: loud and quiet."""

import pytest

from envdoctor.facts import Link
from envdoctor.testing import PREFIX, findings, patient, prefix
from envdoctor_checks.python.fragile_base import fragile_base

UV = "/home/ada/.local/share/uv/python"


@pytest.mark.parametrize(
    ("kind", "home", "count"),
    [
        ("homebrew", "/opt/homebrew/Cellar/python@3.12/3.12.8/bin", 1),
        ("homebrew", "/opt/homebrew/opt/python@3.12/bin", 0),
        ("uv-python", f"{UV}/cpython-3.12.1-linux-x86_64-gnu/bin", 1),
        ("uv-python", f"{UV}/cpython-3.12-linux-x86_64-gnu/bin", 0),
        ("mise", "/home/ada/.local/share/mise/installs/python/3.12.1/bin", 1),
        ("mise", "/home/ada/.local/share/mise/installs/python/3.12/bin", 0),
        ("pyenv", "/home/ada/.pyenv/versions/3.12.1/bin", 0),
        ("debian", "/usr/bin", 0),
    ],
)
def test_a_base_in_a_folder_of_one_patch_release_is_fragile(kind: str, home: str, count: int) -> None:
    here = prefix(home=home, configuration={"home": home})
    chain = [Link(kind="venv", prefix=PREFIX), Link(kind=kind, prefix=home)]
    found = findings(fragile_base, prefix=here, patient=patient(origin=chain))
    assert [item.severity for item in found] == ["info"] * count
