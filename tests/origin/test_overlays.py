"""What surrounds a Python."""

import pytest

from envdoctor.facts import System
from envdoctor.origin import Clues, overlays


@pytest.mark.parametrize(
    ("clues", "expected"),
    [
        (Clues(), []),
        (Clues(container_files=["/.dockerenv"]), ["container"]),
        (Clues(container_files=["/.singularity.d"]), ["container"]),
        (Clues(variables={"container": "podman"}), ["container"]),
        (Clues(variables={"COLAB_RELEASE_TAG": "release-colab_20260101"}), ["colab"]),
        (Clues(variables={"KAGGLE_KERNEL_RUN_TYPE": "Interactive"}), ["kaggle"]),
        (Clues(variables={"DATABRICKS_RUNTIME_VERSION": "16.1"}), ["databricks"]),
        (Clues(variables={"JUPYTERHUB_USER": "ada"}), ["jupyterhub"]),
        (Clues(variables={"LOADEDMODULES": "gcc/13:Python/3.12"}), ["modules"]),
        (Clues(variables={"LOADEDMODULES": ""}), []),
        (Clues(system=System(platform="linux", machine="x86_64", release="6.6.1-microsoft-standard-WSL2")), ["wsl"]),
    ],
)
def test_an_overlay_is_told_by_what_it_sets(clues: Clues, expected: list[str]) -> None:
    assert overlays(clues) == expected
